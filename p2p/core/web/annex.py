"""What hangs on any record, as panels: talk and files; and the inbox under the bell."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.models import Attachment, Comment, Notification
from p2p.core.rest.annex import record_at
from p2p.core.services.attachments import attach
from p2p.core.services.comments import comment
from p2p.core.services.notices import mark_read
from p2p.core.web.page import Page, who

SHOWN = 100
INBOX = 20


def about(record: Any) -> list[Any]:
    """The arguments by which the panels' addresses name a record."""
    return [record._meta.label_lower, record.pk]


class _Panel(Page):
    """A panel about one record that this person may see."""

    template_name = ""

    def rows(self, label: str, pk: int) -> list[Any]:
        raise NotImplementedError

    def work(self, request: HttpRequest, record: Any) -> None:
        raise NotImplementedError

    def get(self, request: HttpRequest, label: str, pk: int) -> HttpResponseBase:
        record_at(request.user, label, pk)
        return self.draw(request, label, pk)

    def post(self, request: HttpRequest, label: str, pk: int) -> HttpResponseBase:
        record = record_at(request.user, label, pk)
        try:
            self.work(request, record)
        except Refused as no:
            return self.draw(request, label, pk, problem=str(no), status=409)
        return self.draw(request, label, pk)

    def draw(
        self, request: HttpRequest, label: str, pk: int, *, problem: str = "", status: int = 200
    ) -> HttpResponse:
        typed = request.POST.get("text", "") if problem else ""
        context = {"rows": self.rows(label, pk), "problem": problem, "typed": typed}
        return render(request, self.template_name, context, status=status)


class Talk(_Panel):
    """What people say about the record; `@name` calls somebody."""

    template_name = "core/talk.html"

    def rows(self, label: str, pk: int) -> list[Any]:
        found = Comment.objects.filter(record_type=label, record_id=pk).select_related("by")
        return list(found.order_by("-pk")[:SHOWN])

    def work(self, request: HttpRequest, record: Any) -> None:
        url = record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""
        comment(record=record, text=request.POST.get("text", ""), url=url, by=who(request))


class Files(_Panel):
    """The record's files, the newest version of each name first."""

    template_name = "core/files.html"

    def rows(self, label: str, pk: int) -> list[Any]:
        found = Attachment.objects.filter(record_type=label, record_id=pk).select_related("added_by")
        return list(found.order_by("name", "-version")[:SHOWN])

    def work(self, request: HttpRequest, record: Any) -> None:
        for each in request.FILES.getlist("content"):
            attach(record=record, name=each.name or "", content=each, by=who(request))


class FileContent(Page):
    """One version of a file, always as a download: nothing that was uploaded runs in a page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        row = get_object_or_404(Attachment, pk=pk)
        record_at(request.user, row.record_type, row.record_id)
        try:
            content = row.content.open("rb")
        except FileNotFoundError as gone:
            raise Http404 from gone
        response = FileResponse(content, as_attachment=True, filename=row.name, content_type=row.content_type)
        response["X-Content-Type-Options"] = "nosniff"
        return response


class Bell(Page):
    """How many lines of the inbox are unread."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        unread = Notification.objects.filter(to=who(request), read_at__isnull=True).count()
        return render(request, "core/bell.html", {"unread": unread})


class Inbox(Page):
    """The latest lines; opening one marks it as read and goes where it points."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        lines = Notification.objects.filter(to=who(request)).order_by("-pk")[:INBOX]
        return render(request, "core/inbox.html", {"lines": lines})

    def post(self, request: HttpRequest) -> HttpResponseBase:
        asked = whole(request.POST.get("line", ""))
        if asked is not None:
            line = get_object_or_404(Notification, pk=asked, to=who(request))
            mark_read(notices=[line.pk], by=who(request))
            return redirect(line.url if line.url.startswith("/") and not line.url.startswith("//") else "/")
        mark_read(by=who(request))
        return HttpResponse(status=204, headers={"HX-Trigger": "p2p:inbox"})
