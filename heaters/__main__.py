"""``python -m heaters`` is the program ``heaters``."""

from heaters.cli import main

if __name__ == "__main__":
    main()
