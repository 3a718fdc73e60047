"""Talk, files and inbox: what hangs on any record."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from p2p.core.models import Attachment, Comment, User
from tests.factories import make_item, make_order, make_site, make_user

pytestmark = pytest.mark.django_db


def test_a_comment_is_kept_and_calls_who_is_named(signed_in: Client, maya: User) -> None:
    tan = User.objects.create_user("tan")
    answer = signed_in.post(f"/core/talk/core.user/{maya.pk}/", {"text": "See @tan, <b>now</b>."})
    assert "&lt;b&gt;now&lt;/b&gt;" in answer.content.decode()
    assert tan.notifications.count() == 1


def test_an_empty_comment_is_refused_in_words(signed_in: Client, maya: User) -> None:
    answer = signed_in.post(f"/core/talk/core.user/{maya.pk}/", {"text": "  "})
    assert answer.status_code == 409
    assert "A comment needs some words." in answer.content.decode()
    assert not Comment.objects.exists()


def test_a_file_comes_back_as_a_download_in_versions(signed_in: Client, maya: User) -> None:
    for text in (b"first", b"second"):
        content = SimpleUploadedFile("note.txt", text, content_type="text/html")
        signed_in.post(f"/core/files/core.user/{maya.pk}/", {"content": content})
    newest = Attachment.objects.order_by("-version")[0]
    answer = signed_in.get(f"/core/file/{newest.pk}/")
    assert (newest.version, b"".join(answer.streaming_content)) == (2, b"second")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "text/plain"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_a_browser_would_run_is_refused_by_name(signed_in: Client, maya: User) -> None:
    page = SimpleUploadedFile("page.html", b"<script>1</script>")
    answer = signed_in.post(f"/core/files/core.user/{maya.pk}/", {"content": page})
    assert answer.status_code == 409
    assert not Attachment.objects.exists()


def test_records_of_another_site_have_no_panels_for_me(client: Client) -> None:
    here, there = make_site("HERE"), make_site("THERE")
    client.force_login(make_user("planner", site=here))
    order = make_order(make_item(), site=there)
    for panel in ("talk", "files", "journal"):
        assert client.get(f"/core/{panel}/planning.productionorder/{order.pk}/").status_code == 404


def test_the_bell_counts_what_is_unread_and_a_line_leads_where_it_points(
    signed_in: Client, maya: User
) -> None:
    line = maya.notifications.create(kind="mention", text="Look at this", url="/people/maya/?tab=panel")
    maya.notifications.create(kind="mention", text="And that", url="//elsewhere.example/")
    assert "Inbox, 2 new" in signed_in.get("/core/bell/").content.decode()
    assert "Look at this" in signed_in.get("/core/inbox/").content.decode()
    answer = signed_in.post("/core/inbox/", {"line": line.pk})
    assert answer["Location"] == "/people/maya/?tab=panel"
    odd = maya.notifications.get(text="And that")
    assert signed_in.post("/core/inbox/", {"line": odd.pk})["Location"] == "/"
    assert "new" not in signed_in.get("/core/bell/").content.decode()


def test_nobody_reads_anothers_inbox(signed_in: Client) -> None:
    theirs = User.objects.create_user("tan").notifications.create(kind="mention", text="Secret")
    assert "Secret" not in signed_in.get("/core/inbox/").content.decode()
    assert signed_in.post("/core/inbox/", {"line": theirs.pk}).status_code == 404
