"""Plans in words, for a terminal or a change request."""

from __future__ import annotations

from keyexchange.engine.plan import RUN, Plan, PlannedStep


def plan_text(plan: Plan) -> str:
    """Every step with its commands, then what people approve."""
    lines = [f"{plan.kdh} -> {plan.krd}: {counted(plan)}, {len(plan.steps)} steps; nothing has been sent", ""]
    lines.append("before anything is made")
    lines += [_step(planned, planned.scope) for planned in plan.steps if planned.step.early]
    scope = None
    for planned in plan.steps:
        if planned.step.early:
            continue
        if planned.scope != scope:
            scope = planned.scope
            lines += _heading(plan, scope)
        lines.append(_step(planned, ""))
    lines += [""] + [f"rule {rule} is set aside: {reason}" for rule, reason in plan.overrides]
    lines += [f"warning: {warning}" for warning in (*plan.warnings, *plan.line_warnings)]
    lines.append(f"plan digest: {plan.digest}")
    return "\n".join(lines)


def counted(plan: Plan) -> str:
    """How many keys a plan moves."""
    return f"{len(plan.keys)} key" + ("" if len(plan.keys) == 1 else "s")


def _heading(plan: Plan, scope: str) -> list[str]:
    if scope == RUN:
        return ["", "for all keys"]
    key = plan.keys[scope]
    origin = "as the file gives it" if key.reference else "made new by the sender"
    kcv = f", KCV {key.kcv}" if key.kcv else ""
    alias = f", {key.alias}" if key.alias else ""
    return ["", f"{key.name}: {key.attributes.describe()}, {origin}{kcv}{alias}"]


def _step(planned: PlannedStep, scope: str) -> str:
    commands = ", ".join(planned.commands)
    actor = planned.actor or "here"
    title = f"{scope}: {planned.step.title}" if scope else planned.step.title
    return f"  {planned.number:3}  {actor:<10} {title:<66} {commands}".rstrip()
