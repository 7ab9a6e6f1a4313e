// Key events as browsers, input methods and password managers send them; tests/javascript/key_events.json.
({ event: { modifierAltGraph, keyCode, ...init }, repeats = 0 }) => {
  const target = document.activeElement ?? document.body;
  const send = (type, repeat = false) => {
    const options = { bubbles: true, cancelable: true, composed: true };
    const isBare = !Object.keys(init).length;
    const event = isBare
      ? new Event(type, options)
      : new KeyboardEvent(type, { ...options, ...init, modifierAltGraph, repeat });
    if (keyCode) Object.defineProperty(event, "keyCode", { value: keyCode });
    target.dispatchEvent(event);
  };
  send("keydown");
  for (let i = 0; i < repeats; i++) send("keydown", true);
  send("keyup");
}
