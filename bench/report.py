"""Results as a table, as Markdown, as a chart."""

import html
import statistics

UNITS = {"wall": ("s", "wall"), "cpu": ("s", "CPU"), "turns": ("", "turns"), "peak": (" MB", "memory")}
OURS = "popfetch"


def value(result, measure):
    return result["peak_kib"] / 1024 if measure == "peak" else result.get(measure)


def good(results, scenario, client):
    return [r for r in results if r["scenario"] == scenario and r["client"] == client and r["complete"]]


def middle(runs, measure):
    """The median; of turns, and of memory, the least and the most: noise only adds turns, and a peak is a peak."""
    values = [v for v in (value(r, measure) for r in runs) if v is not None]
    if not values:
        return None
    return {"turns": min, "peak": max}.get(measure, statistics.median)(values)


def ratio(results, scenario, measure, of):
    """The median of the ratios within the same repetition."""
    theirs = {r["repetition"]: value(r, measure) for r in good(results, scenario, of)}
    pairs = [value(r, measure) / theirs[r["repetition"]] for r in good(results, scenario, OURS)
             if theirs.get(r["repetition"]) and value(r, measure) is not None]
    return statistics.median(pairs) if pairs else None


def verdicts(results, scenario):
    """[(what, measured, at most, reached or None)]"""
    found = []
    for target in scenario.targets:
        unit, name = UNITS[target.measure]
        if target.of:
            got = ratio(results, scenario.name, target.measure, target.of)
            what, unit = f"{name} / {target.of}'s", " ×"
        else:
            got, what = middle(good(results, scenario.name, OURS), target.measure), name
        found.append((what, "–" if got is None else f"{got:.3g}{unit}", f"{target.limit:.3g}{unit}", None if got is None else got <= target.limit))
    return found


def rows(results, scenario, clients):
    for client in clients:
        runs = [r for r in results if r["scenario"] == scenario.name and r["client"] == client]
        if not runs:
            continue
        whole = good(results, scenario.name, client)
        cells = [middle(whole, measure) for measure in ("wall", "cpu", "peak", "turns")]
        texts = ["–" if cell is None else form.format(cell) for cell, form in zip(cells, ("{:.3f}", "{:.3f}", "{:.1f}", "{:d}"))]
        arrived = f"{runs[-1]['arrived']:,}" if len(whole) == len(runs) else "; ".join(sorted({r["why"] for r in runs if r["why"]}))
        yield [client, *texts, arrived]


HEAD = ["client", "wall s", "CPU s", "memory MB", "turns", "arrived"]


def plain(results, scenario, clients):
    table = [HEAD, *rows(results, scenario, clients)]
    widths = [max(len(row[i]) for row in table) for i in range(len(HEAD))]
    lines = [f"\n{scenario.name}: {scenario.title}"]
    for row in table:
        lines.append("  " + "  ".join(cell.ljust(w) if i in (0, 5) else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))).rstrip())
    for what, got, limit, reached in verdicts(results, scenario):
        lines.append(f"  {'not measured' if reached is None else 'reached' if reached else 'MISSED'}: {what} {got}, at most {limit}")
    return "\n".join(lines)


def markdown(results, scenarios, clients, about):
    lines = ["# popfetch and its peers", "", about, ""]
    for scenario in scenarios:
        lines += [f"## {scenario.name}: {scenario.title}", "", "| " + " | ".join(HEAD) + " |", "|---" + "|---:" * 4 + "|---|"]
        lines += ["| " + " | ".join(row) + " |" for row in rows(results, scenario, clients)] + [""]
        judged = verdicts(results, scenario)
        if judged:
            lines += ["| popfetch | measured | at most | |", "|---|---:|---:|---|"]
            lines += [f"| {what} | {got} | {limit} | {'–' if ok is None else 'reached' if ok else '**missed**'} |" for what, got, limit, ok in judged]
            lines.append("")
    return "\n".join(lines)


BAR, LEFT, ROW = 420, 140, 18


def chart(results, scenarios, clients):
    """One group of bars for each scenario, wall seconds, each group on its own scale."""
    parts, y = [], 16
    for scenario in scenarios:
        walls = [(client, middle(good(results, scenario.name, client), "wall")) for client in clients]
        walls = [(client, wall) for client, wall in walls if wall is not None]
        if not walls:
            continue
        longest = max(wall for _, wall in walls)
        y += 14
        parts.append(f'<text x="10" y="{y}" class="t">{html.escape(scenario.name + ": " + scenario.title)}</text>')
        y += 8
        for client, wall in walls:
            kind = "ours" if client.startswith(OURS) else "floor" if client.startswith("floor") else "peer"
            width = max(1.0, BAR * wall / longest)
            parts.append(f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{html.escape(client)}</text>'
                         f'<rect x="{LEFT}" y="{y + 2}" width="{width:.1f}" height="{ROW - 6}" class="{kind}"/>'
                         f'<text x="{LEFT + width + 6:.1f}" y="{y + 12}">{wall:.2f} s</text>')
            y += ROW
        y += 10
    style = ("text{font:12px sans-serif;fill:#222}.t{font-weight:bold}rect.ours{fill:#2a6fdb}rect.peer{fill:#a9b4c2}rect.floor{fill:#dfe4ea}"
             "svg{background:#fff}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + BAR + 90}" height="{y + 10}" viewBox="0 0 {LEFT + BAR + 90} {y + 10}">'
            f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n")
