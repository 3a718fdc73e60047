"""Files, comments and the inbox."""

from __future__ import annotations

import io
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from p2p.core.models import Attachment, Notification
from p2p.core.refusal import Refused
from p2p.core.services.attachments import attach, genuine
from p2p.core.services.comments import comment
from tests.factories import make_item, make_site, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.shop")]
FILES, COMMENTS, NOTICES = (f"/api/v1/core/{name}/" for name in ("attachments", "comments", "notices"))
PDF = b"%PDF-1.7 a drawing"


def keep(record, name="drawing.pdf", content=PDF, by=None, **also):
    return attach(record=record, name=name, content=io.BytesIO(content), by=by or make_user(), **also)


def test_a_file_is_kept_with_its_hash_and_the_same_bytes_again_change_nothing():
    item = make_item()
    kept = keep(item)
    assert (kept.version, kept.size, kept.content_type) == (1, len(PDF), "application/pdf")
    assert genuine(kept)
    assert keep(item) == kept
    assert Attachment.objects.count() == 1


def test_the_same_name_with_other_bytes_is_the_next_version_and_the_old_one_stays():
    item = make_item()
    first, second = keep(item), keep(item, content=PDF + b" changed")
    assert (first.version, second.version) == (1, 2)
    assert genuine(first) and genuine(second)


def test_a_file_that_was_changed_on_disk_is_noticed():
    kept = keep(make_item())
    with open(kept.content.path, "ab") as stored:
        stored.write(b"!")
    assert not genuine(kept)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", b"<script>", "cannot be kept here"),
        ("run.exe", b"MZ", "cannot be kept here"),
        ("picture.svg", b"<svg onload=1>", "cannot be kept here"),
        ("drawing.pdf", b"<html>", "is not what its ending says"),
        ("photo.png", PDF, "is not what its ending says"),
        ("list.csv", b"a\0b", "is not what its ending says"),
        ("empty.pdf", b"", "is empty"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_leaves_nothing(name, content, words):
    with pytest.raises(Refused, match=words):
        keep(make_item(), name, content)
    assert not Attachment.objects.exists()


def test_a_name_never_becomes_a_path():
    kept = keep(make_item(), "..\\..\\etc/passwd/../../x.pdf")
    assert kept.name == "x.pdf"
    assert ".." not in kept.content.name and "x.pdf" not in kept.content.name


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_uploads_of_one_name_at_once_become_versions_without_a_gap():
    item, user, start = make_item(), make_user(), threading.Barrier(4, timeout=30)

    def upload(number):
        try:
            start.wait()
            keep(item, content=PDF + str(number).encode(), by=user)
        finally:
            connection.close()

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(Attachment.objects.values_list("version", flat=True)) == [1, 2, 3, 4]


def send(client, record, name="drawing.pdf", content=PDF):
    given = {"record_type": record._meta.label_lower, "record_id": record.pk, "note": "rev B"}
    return client.post(FILES, {**given, "content": SimpleUploadedFile(name, content)})


def test_a_file_goes_up_and_comes_down_as_a_download_no_browser_runs(client):
    client.force_login(make_user("engineer"))
    item = make_item()
    made = send(client, item)
    assert made.status_code == 201, made.content
    answer = client.get(f"{FILES}{made.json()['id']}/content/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="drawing.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    listed = client.get(FILES, {"record_type": "strategies.item", "record_id": item.pk}).json()["results"]
    assert [row["name"] for row in listed] == ["drawing.pdf"]


def test_a_refused_file_names_its_field(client):
    client.force_login(make_user("engineer"))
    answer = send(client, make_item(), "page.html", b"<script>")
    assert (answer.status_code, answer.json()["field"]) == (409, "content")


def test_files_and_comments_of_another_site_are_not_there(client):
    north, south = make_site("NORTH"), make_site("SOUTH")
    here, there = north.locations.get(code="STORE"), south.locations.get(code="STORE")
    kept = keep(there)
    client.force_login(make_user("operator", site=north))
    assert send(client, there).status_code == 404
    assert send(client, here).status_code == 201
    assert client.get(f"{FILES}{kept.pk}/").status_code == 404
    assert client.get(f"{FILES}{kept.pk}/content/").status_code == 404
    assert client.get(FILES).status_code == 400
    about = {"record_type": "strategies.location", "record_id": there.pk}
    assert client.get(FILES, about).status_code == 404
    assert client.get(COMMENTS, about).status_code == 404


@pytest.mark.parametrize("label", ["auth.permission", "sessions.session", "nonsense", "core.nothing"])
def test_only_records_of_the_house_have_files(client, label):
    client.force_login(make_user("engineer"))
    answer = client.get(FILES, {"record_type": label, "record_id": 1})
    assert answer.status_code == 404


def test_a_comment_calls_those_it_mentions_once_and_not_its_author():
    ann, ben = make_user(username="ann"), make_user(username="ben")
    item = make_item()
    comment(record=item, text="@ann see @nobody, @ann! mail x@ben.org, says @ben", by=ben)
    (line,) = Notification.objects.all()
    assert (line.to, line.kind, line.record_id) == (ann, "mention", item.pk)
    assert line.text.startswith("ben mentioned you on")


def test_an_empty_comment_is_refused():
    with pytest.raises(Refused, match="needs some words"):
        comment(record=make_item(), text="  ", by=make_user())


def test_the_inbox_is_ones_own_and_can_be_marked_as_read(client):
    ann, ben = make_user("planner", username="ann"), make_user("planner", username="ben")
    item = make_item()
    comment(record=item, text="@ann @ben look", by=make_user())
    client.force_login(ann)
    (line,) = client.get(NOTICES, {"unread": "true"}).json()["results"]
    client.force_login(ben)
    assert client.get(f"{NOTICES}{line['id']}/").status_code == 404
    json = {"content_type": "application/json"}
    assert client.post(f"{NOTICES}read/", {"notices": [line["id"]]}, **json).json() == {"marked": 0}
    assert client.post(f"{NOTICES}read/", {}, **json).json() == {"marked": 1}
    assert client.get(NOTICES, {"unread": "true"}).json()["results"] == []
    assert Notification.objects.get(to=ann).read_at is None


def test_a_comment_over_rest(client):
    client.force_login(make_user("operator", username="ann"))
    item = make_item()
    given = {"record_type": "strategies.item", "record_id": item.pk, "text": "Worn out."}
    assert client.post(COMMENTS, given, content_type="application/json").status_code == 201
    (row,) = client.get(COMMENTS, {"record_type": "strategies.item", "record_id": item.pk}).json()["results"]
    assert (row["by"], row["text"]) == ("ann", "Worn out.")
