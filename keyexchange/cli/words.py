"""Plans in words, for a terminal or a change request."""

from __future__ import annotations

from keyexchange.engine.plan import RUN, Plan, PlannedStep


def plan_text(plan: Plan) -> str:
    """Every step with its commands, then what people approve."""
    lines = [f"{plan.kdh} -> {plan.krd}: {counted(plan)}, {len(plan.steps)} steps; nothing has been sent", ""]
    scope = None
    for planned in plan.steps:
        if planned.scope != scope:
            scope = planned.scope
            lines += _heading(plan, scope)
        lines.append(_step(planned))
    lines += [""] + [f"rule {rule} is set aside: {reason}" for rule, reason in plan.overrides]
    lines += [f"warning: {warning}" for warning in plan.warnings]
    lines.append(f"plan digest: {plan.digest}")
    return "\n".join(lines)


def counted(plan: Plan) -> str:
    """How many keys a plan moves."""
    return f"{len(plan.keys)} key" + ("" if len(plan.keys) == 1 else "s")


def _heading(plan: Plan, scope: str) -> list[str]:
    if scope == RUN:
        return ["before anything is made"]
    key = plan.keys[scope]
    origin = "as the file gives it" if key.reference else "made new by the sender"
    return ["", f"{key.name}: {key.attributes.describe()}, {origin}"]


def _step(planned: PlannedStep) -> str:
    commands = ", ".join(planned.commands)
    actor = planned.actor or "here"
    return f"  {planned.number:3}  {actor:<10} {planned.step.title:<66} {commands}".rstrip()
