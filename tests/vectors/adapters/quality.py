"""Sampling and SPC vectors against quality's engines."""

from __future__ import annotations

import math
from typing import Any

from quality.engine.sampling import curves, master, switching, variables
from quality.engine.spc import capability, charts, gauges, rules
from quality.engine.spc.constants import constants


def _constants(given: dict[str, Any]) -> Any:
    known = constants(given["n"])
    return {name: getattr(known, name) for name in given["names"]}


def _flat(chart: charts.Chart) -> dict[str, Any]:
    return {"center": chart.center, "ucl": chart.upper[0], "lcl": chart.lower[0], "beyond": chart.beyond}


def _xbar(given: dict[str, Any]) -> Any:
    make = {"R": charts.xbar_r, "s": charts.xbar_s}[given["method"]]
    means, spread = make(given["data"], baseline=given.get("baseline"))
    return {
        **_flat(means),
        "rbar": spread.center,
        "sigma": means.sigma,
        "ucl_r": spread.upper[0],
        "lcl_r": spread.lower[0],
    }


def _imr(given: dict[str, Any]) -> Any:
    # The published limits were worked out with the three digits of the book's table.
    chart, moving = charts.individuals(given["data"], d2=1.128)
    return {**_flat(chart), "mrbar": moving.center}


def _ewma(given: dict[str, Any]) -> Any:
    chart = charts.ewma(
        given["data"],
        start=given["start"],
        sigma=given["sigma"],
        weight=given["lambda"],
        width=given["L"],
        exact=given["limits"] != "asymptotic",
    )
    return {"ewma": chart.points, "ucl": chart.upper[0], "lcl": chart.lower[0], "signals": chart.beyond}


def _cusum(given: dict[str, Any]) -> Any:
    sums = charts.cusum(given["data"], target=given["target"], slack=given["k"], decision=given["h"])
    return {"s_hi": sums.high, "s_lo": sums.low, "first_signal": sums.first_signal}


def _capability(given: dict[str, Any]) -> Any:
    found = capability.capability(
        mean=given["mean"],
        sigma=given["sigma"],
        lsl=given.get("lsl"),
        usl=given.get("usl"),
        target=given.get("target"),
    )
    answer: dict[str, Any] = {name: getattr(found, name) for name in ("cp", "cpl", "cpu", "cpk", "k", "cpm")}
    if "n" in given:
        assert found.cp is not None and found.cpk is not None
        answer["cp_ci"] = list(capability.cp_interval(found.cp, given["n"]))
        answer["cpk_ci"] = list(capability.cpk_interval(found.cpk, given["n"]))
    return {name: answer[name] for name in given["want"]}


def _yield(given: dict[str, Any]) -> Any:
    found = capability.yields(given["defects"], given["rework"], given["opportunities"])
    return {
        "yield": found.final,
        "fty": found.first_time,
        "rty": found.rolled,
        "dpu_total": found.defects,
        "dpmo": found.dpmo,
    }


def _grr_range(given: dict[str, Any]) -> Any:
    found = gauges.by_ranges(given["data"], k1=given["K1"], k2=given["K2"], k3=given["K3"])
    plain = {
        name: getattr(found, name) for name in ("rbar", "xdiff", "rp", "ev", "av", "grr", "pv", "tv", "ndc")
    }
    shares = {f"pct_{name}": found.share(getattr(found, name)) for name in ("ev", "av", "grr", "pv")}
    return plain | shares


def _grr_anova(given: dict[str, Any]) -> Any:
    found = gauges.by_anova(given["y"], given["part"], given["operator"], pool_above=given["alpha_pool"])
    parts = ("repeatability", "reproducibility", "grr", "part")
    variances = {name: getattr(found, name) for name in (*parts, "total")}
    return {
        "ss": found.ss,
        "df": found.df,
        "f_interaction": found.f_interaction,
        "p_interaction": found.p_interaction,
        "pooled": found.pooled,
        "varcomp": variances,
        "pct_study": {name: found.share(variances[name]) for name in parts},
        "ndc": found.ndc,
        "pct_tolerance_grr": 100 * 6 * math.sqrt(found.grr) / given["tolerance"],
    }


def _rules(given: dict[str, Any]) -> Any:
    return rules.signals(given["data"], center=given["center"], sigma=given["sigma"], rules=given["rules"])


def _row(given: dict[str, Any]) -> Any:
    plans = [master.single(given["letter"], aql, given["severity"]) for aql in given["aqls"]]
    return [[plan.n, plan.ac, plan.re] for plan in plans]


def _double_row(given: dict[str, Any]) -> Any:
    plans = [master.double(given["letter"], aql, given["severity"]) for aql in given["aqls"]]
    return [plan and [plan.n1, plan.n2, plan.ac1, plan.re1, plan.ac2, plan.re2] for plan in plans]


def _case(given: dict[str, Any]) -> Any:
    letter = master.code_letter(given["lot_size"], given["level"])
    plan = master.single(letter, given["aql"], given["severity"])
    return {
        "code_letter": letter,
        "n": plan.n,
        "ac": plan.ac,
        "re": plan.re,
        "full_inspection": plan.n >= given["lot_size"],
        "plan_letter": plan.letter,
    }


def _iso_reduced(given: dict[str, Any]) -> Any:
    plans = [master.single(letter, aql, "reduced", iso=True) for letter, aql in given["cells"]]
    return [[plan.n, plan.ac, plan.re] for plan in plans]


def _switch(given: dict[str, Any]) -> Any:
    iso = given["ruleset"].startswith("ISO")
    lots = [switching.Lot(**lot) for lot in given["lots"]]
    used, after, scores = switching.run(lots, iso=iso, steady=given.get("steady", True))
    return {"used": [str(each) for each in used], "after": str(after), "score_after_each": scores}


def _find(given: dict[str, Any]) -> Any:
    plan = curves.find_plan(tuple(given["prp"]), tuple(given["crp"]), kind=given["dist"], lot=given.get("N"))
    return {"n": plan.n, "c": plan.ac, "r": plan.re}


def _aoq(given: dict[str, Any]) -> Any:
    found = curves.rectified(given["N"], given["n"], given["c"], given["p"])
    return {"pa": found.passes, "aoq": found.aoq, "ati": found.ati}


def _unknown(given: dict[str, Any]) -> Any:
    found = variables.against_upper(given["data"], given["usl"])
    return {
        "n": found.n,
        "mean": found.mean,
        "s": found.s,
        "q_u": found.q,
        "p_u_pct": 100 * found.beyond,
        "accept_form1": found.q >= given["k"],
        "accept_form2": 100 * found.beyond <= given["M_pct"],
    }


OPS = {
    ("spc", "constants"): _constants,
    ("spc", "xbar"): _xbar,
    ("spc", "imr"): _imr,
    ("spc", "p"): lambda given: _flat(charts.p_chart(given["d"], given["n"])),
    ("spc", "c"): lambda given: _flat(charts.c_chart(given["c"])),
    ("spc", "u"): lambda given: _flat(charts.u_chart(given["c"], given["n"])),
    ("spc", "ewma"): _ewma,
    ("spc", "cusum"): _cusum,
    ("spc", "capability_summary"): _capability,
    ("spc", "yield"): _yield,
    ("spc", "grr_range"): _grr_range,
    ("spc", "grr_anova"): _grr_anova,
    ("spc", "run_rules"): _rules,
    ("sampling", "code_letter"): lambda given: [
        [master.code_letter(size, level) for level in given["levels"]] for size in given["lot_sizes"]
    ],
    ("sampling", "single_row"): _row,
    ("sampling", "double_row"): _double_row,
    ("sampling", "single_case"): _case,
    ("sampling", "arrow"): lambda given: [
        list(master.arrow(letter, aql, severity)) for severity, letter, aql in given["cells"]
    ],
    ("sampling", "iso_reduced"): _iso_reduced,
    ("sampling", "switch"): _switch,
    ("sampling", "oc_single"): lambda given: [
        curves.accepts(given["n"], given["c"], p, kind=given["dist"]) for p in given["p"]
    ],
    ("sampling", "oc_double"): lambda given: [
        curves.accepts_double(given["n1"], given["n2"], given["ac1"], given["re1"], given["ac2"], p)
        for p in given["p"]
    ],
    ("sampling", "quality_for_pa"): lambda given: [
        100 * curves.quality_at(chance, given["n"], given["c"], kind=given["dist"]) for chance in given["pa"]
    ],
    ("sampling", "find_plan"): _find,
    ("sampling", "aoq"): _aoq,
    ("sampling", "c0_n"): lambda given: [curves.zero_acceptance(*case) for case in given["cases"]],
    ("sampling", "var_unknown"): _unknown,
    ("sampling", "k_from_M"): lambda given: [
        variables.k_of_share(share / 100, n) for n, share in given["cases"]
    ],
    ("sampling", "oc_var"): lambda given: [
        variables.accepts(given["n"], given["k"], p, sigma_known=given["sigma"] == "known")
        for p in given["p"]
    ],
}
DONE = {"sampling", "spc"}


def _code_letter(given: dict[str, Any]) -> Any:
    level = given["inspection_level"].removeprefix("General ")
    first, last = (master.code_letter(size, level) for size in given["lot_size_range"])
    assert first == last
    return {"code_letter": first}


def _plan(given: dict[str, Any]) -> Any:
    plan = master.single(given["code_letter"], str(given["aql"]))
    return {"sample_size": plan.n, "Ac": plan.ac, "Re": plan.re}


EXAMPLES = {"QUA-05": _code_letter, "QUA-06": _plan}
