"""docs/reference/data-plane.md tells of what is there."""

from tests import data_plane_page


def test_the_page_is_what_the_tables_say() -> None:
    assert data_plane_page.PAGE.read_text("utf-8") == data_plane_page.page()
