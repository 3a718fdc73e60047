"""Control plans: drafted, activated, revised, retired. What is active is never edited: it gets a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from p2p.core.models import User
from quality.facts import PlanActivated, PlanDrafted, PlanRetired
from quality.models import ControlPlan, ControlPlanLine
from quality.models.plan import CONTROL_PLAN_FLOW
from strategies.models import Characteristic, Item, ItemGroup, ResourceGroup, Site, Vendor


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    """What is read on each piece. Without limits of its own a line takes those of its characteristic."""

    characteristic: Characteristic
    target: Decimal | None = None
    lower_limit: Decimal | None = None
    upper_limit: Decimal | None = None
    severity: str = ControlPlanLine.Severity.MAJOR
    accept_number: int = 0


@transaction.atomic
def draft(
    *,
    code: str,
    name: str,
    site: Site,
    trigger: str = ControlPlan.Trigger.RELEASE,
    item: Item | None = None,
    item_group: ItemGroup | None = None,
    group: ResourceGroup | None = None,
    operation_number: int | None = None,
    vendor: Vendor | None = None,
    sample_fixed: int | None = None,
    sample_fraction: Decimal | None = None,
    blocks: bool = True,
    lines: Sequence[PlanLine] = (),
    by: User,
) -> ControlPlan:
    """Write the next version of the plan `code` as a draft.

    Raises Refused unless exactly one of `sample_fixed` (pieces) and `sample_fraction` (0 to 1) is given, for a
    work centre of another site, a vendor of a plan that acts at release, a work centre or an operation of one for
    purchased goods, and while another draft of the plan waits.
    """
    _refuse_scope(site, item, item_group, group)
    _refuse_moment(trigger, vendor, group, operation_number)
    _refuse_sample(sample_fixed, sample_fraction)
    waiting = ControlPlan.objects.filter(code=code, state=ControlPlan.State.DRAFT).first()
    if waiting is not None:
        raise Refused(
            _("{plan} is a draft already: change or activate it."),
            code="draft_waits",
            field="code",
            plan=waiting,
        )
    last = ControlPlan.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0
    plan = ControlPlan.objects.create(
        code=code,
        version=last + 1,
        name=name,
        site=site,
        trigger=trigger,
        item=item,
        item_group=item_group,
        group=group,
        operation_number=operation_number,
        vendor=vendor,
        sample_fixed=sample_fixed,
        sample_fraction=sample_fraction,
        blocks=blocks,
    )
    _write_lines(plan, lines)
    tell(PlanDrafted(plan=plan, by=by))
    return plan


@transaction.atomic
def set_lines(*, control_plan: ControlPlan, lines: Sequence[PlanLine], by: User) -> ControlPlan:
    """Replace what a draft reads. Raises Refused when it is active: revise it."""
    plan = _draft_of(control_plan)
    plan.lines.all().delete()
    _write_lines(plan, lines)
    tell(PlanDrafted(plan=plan, by=by))
    return plan


@transaction.atomic
def add_line(*, control_plan: ControlPlan, line: PlanLine, by: User) -> ControlPlanLine:
    """Add a line to a draft. Raises Refused when the characteristic is there already."""
    plan = _draft_of(control_plan)
    (made,) = _write_lines(plan, [line])
    tell(PlanDrafted(plan=plan, by=by))
    return made


@transaction.atomic
def remove_line(*, line: ControlPlanLine, by: User) -> None:
    """Take a line off a draft."""
    plan = _draft_of(line.plan)
    line.delete()
    tell(PlanDrafted(plan=plan, by=by))


@transaction.atomic
def activate(*, control_plan: ControlPlan, by: User) -> ControlPlan:
    """Put a draft in force; the version before it retires. Inspections that are open keep theirs.

    Raises Refused when there is nothing to read.
    """
    for refusal in against_activating(control_plan):
        raise refusal
    earlier = ControlPlan.objects.filter(code=control_plan.code, state=ControlPlan.State.ACTIVE)
    CONTROL_PLAN_FLOW.take_many(earlier, "retire")
    CONTROL_PLAN_FLOW.take(control_plan, "activate")
    tell(PlanActivated(plan=control_plan, by=by))
    return control_plan


def against_activating(control_plan: ControlPlan) -> list[Refused]:
    """Why a draft cannot be put in force now."""
    if control_plan.lines.exists():
        return []
    return [
        Refused(_("{plan} reads nothing: add a characteristic first."), code="no_lines", plan=control_plan)
    ]


@transaction.atomic
def retire(*, control_plan: ControlPlan, by: User) -> ControlPlan:
    """Nothing is inspected by it any more; open inspections stay."""
    CONTROL_PLAN_FLOW.take(control_plan, "retire")
    tell(PlanRetired(plan=control_plan, by=by))
    return control_plan


@transaction.atomic
def revise(*, control_plan: ControlPlan, by: User) -> ControlPlan:
    """A copy as the next draft. Raises Refused while another draft waits."""
    columns = "code name site trigger item item_group group operation_number vendor sample_fixed sample_fraction blocks"
    same = {name: getattr(control_plan, name) for name in columns.split()}
    lines = [
        PlanLine(
            characteristic=line.characteristic,
            target=line.target,
            lower_limit=line.lower_limit,
            upper_limit=line.upper_limit,
            severity=line.severity,
            accept_number=line.accept_number,
        )
        for line in control_plan.lines.select_related("characteristic").order_by("position")
    ]
    return draft(**same, lines=lines, by=by)


def _draft_of(plan: ControlPlan) -> ControlPlan:
    locked = ControlPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if locked.state != ControlPlan.State.DRAFT:
        raise Refused(
            _("{plan} is {state}: revise it to change what it reads."),
            code="wrong_state",
            plan=locked,
            state=locked.get_state_display(),
        )
    return locked


def _write_lines(plan: ControlPlan, lines: Sequence[PlanLine]) -> list[ControlPlanLine]:
    last = plan.lines.aggregate(last=Max("position"))["last"] or 0
    rows = [_row(plan, line, last + 10 * place) for place, line in enumerate(lines, start=1)]
    try:
        with transaction.atomic():
            return ControlPlanLine.objects.bulk_create(rows)
    except IntegrityError as clash:
        raise Refused(
            _("{plan} would read one characteristic twice, or a lower limit lies above its upper one."),
            code="line",
            field="characteristic",
            plan=plan,
        ) from clash


def _row(plan: ControlPlan, line: PlanLine, position: int) -> ControlPlanLine:
    own = (line.target, line.lower_limit, line.upper_limit)
    read = line.characteristic
    target, lower, upper = (
        own if any(limit is not None for limit in own) else (read.target, read.lower_limit, read.upper_limit)
    )
    return ControlPlanLine(
        plan=plan,
        position=position,
        characteristic=read,
        target=target,
        lower_limit=lower,
        upper_limit=upper,
        severity=line.severity,
        accept_number=line.accept_number,
    )


def _refuse_scope(
    site: Site, item: Item | None, item_group: ItemGroup | None, group: ResourceGroup | None
) -> None:
    if item is not None and item_group is not None:
        raise Refused(_("Name an item or an item group, not both."), code="scope", field="item_group")
    if group is not None and group.site_id != site.pk:
        raise Refused(
            _("{group} is not a work centre of {site}."), code="scope", field="group", group=group, site=site
        )


def _refuse_moment(
    trigger: str, vendor: Vendor | None, group: ResourceGroup | None, operation_number: int | None
) -> None:
    if vendor is not None and trigger not in ControlPlan.AT_RECEIPT:
        raise Refused(_("A plan names a vendor only when it acts at receipt."), code="moment", field="vendor")
    if trigger == ControlPlan.Trigger.GOODS and (group is not None or operation_number is not None):
        raise Refused(
            _(
                "Purchased goods come from no work centre and no operation: name an item, a group or a vendor."
            ),
            code="moment",
            field="group" if group is not None else "operation_number",
        )


def _refuse_sample(fixed: int | None, fraction: Decimal | None) -> None:
    if (fixed is None) == (fraction is None):
        raise Refused(
            _("Say how many pieces to read: a number, or a share of the quantity."),
            code="sample",
            field="sample_fixed",
        )
    if fixed is not None and fixed < 1:
        raise Refused(_("At least one piece has to be read."), code="sample", field="sample_fixed")
    if fraction is not None and not 0 < fraction <= 1:
        raise Refused(
            _("A share lies between 0 and 1: 0.1 is every tenth piece."),
            code="sample",
            field="sample_fraction",
        )
