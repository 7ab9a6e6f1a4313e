"""One file a page; a page is served only if it is in this list."""

from heaters.pages.history import history_page
from heaters.pages.library import library_page
from heaters.pages.not_found import not_found_page
from heaters.pages.review import review_page
from heaters.pages.similar import similar_page
from heaters.pages.video import video_page
from heaters.state.history import HistoryState
from heaters.state.library import LibraryState
from heaters.state.review import ReviewState
from heaters.state.similar import SimilarState
from heaters.state.video import VideoState

PAGES = (
    ("/", library_page, "Heaters", LibraryState.load),
    ("/videos/[video_id]", video_page, "Video · Heaters", VideoState.load),
    ("/videos/[video_id]/review", review_page, "Review · Heaters", ReviewState.load),
    ("/videos/[video_id]/history", history_page, "History · Heaters", HistoryState.load),
    ("/clips/[clip_id]/similar", similar_page, "Similar clips · Heaters", SimilarState.load),
    ("404", not_found_page, "Page not found · Heaters", None),
)
"""Route, component, title, and what is done when it is opened."""
