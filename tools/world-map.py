#!/usr/bin/env python3
"""Writes the map of the dashboard's usage page: the outline of all land, and one point for each country.

The source is the npm package world-atlas 2.0.2 (ISC License), which has the shapes of Natural Earth (public domain). ISO 3166-1
codes come from the iso-codes package of Debian, which has the two letters of each number. Run it once, and commit what it writes:

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    tools/world-map.py package /usr/share/iso-codes/json/iso_3166-1.json
"""
import json
import pathlib
import sys
import textwrap

DASHBOARD = pathlib.Path(__file__).parent.parent / "src/HirePanda.ApiKeys.Dashboard"
NORTH, SOUTH = 84, -60  # without Antarctica: 360 x 144
SIMPLIFY = 0.25  # degrees
SMALLEST = 1.0  # square degrees
SHORT = {
    "Is.": "Islands", "Rep.": "Republic", "N.": "North", "S.": "South", "St.": "Saint", "W.": "Western", "Fr.": "French",
    "Dem.": "Democratic", "Br.": "British", "Ter.": "Territory", "Eq.": "Equatorial", "Herz.": "Herzegovina", "I.": "Island",
    "Geo.": "Georgia", "Barb.": "Barbuda", "Vin.": "Vincent", "Gren.": "the Grenadines",
}
NAMES = {"CD": "Congo (DR Congo)", "CG": "Congo (Republic)", "SZ": "Eswatini", "MP": "Northern Mariana Islands",
         "FO": "Faroe Islands", "GS": "South Georgia", "VC": "Saint Vincent and the Grenadines", "BL": "Saint Barthélemy"}

TABLE = '''namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>The countries of the map. tools/world-map.py writes this file.</summary>
internal static class CountryTable
{
    /// <summary>Each country's code (ISO 3166-1 alpha-2), longitude and latitude of its middle, and name.</summary>
    public const string Text = """
%s
        """;
}
'''


def rings_of(atlas, geometry):
    """Yields the outer rings of a TopoJSON geometry in degrees."""
    scale, translate = atlas["transform"]["scale"], atlas["transform"]["translate"]

    def arc(index):
        x = y = 0
        points = []
        for dx, dy in atlas["arcs"][~index if index < 0 else index]:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + translate[0], y * scale[1] + translate[1]))
        return points[::-1] if index < 0 else points

    polygons = geometry.get("arcs", [])
    for polygon in polygons if geometry["type"] == "MultiPolygon" else [polygons]:
        if polygon:
            ring = []
            for index in polygon[0]:
                ring += arc(index)[1 if ring else 0:]
            yield unwrapped(ring)


def unwrapped(ring):
    """Continues a ring beyond 180 degrees instead of jumping to the other side of the map."""
    turn, points = 0, [ring[0]]
    for (x0, _), (x1, y1) in zip(ring, ring[1:]):
        turn += 360 if x1 - x0 < -180 else -360 if x1 - x0 > 180 else 0
        points.append((x1 + turn, y1))
    middle = (min(x for x, _ in points) + max(x for x, _ in points)) / 2
    return [(x - (middle + 180) // 360 * 360, y) for x, y in points]


def shifted(ring, turn):
    """Moves a ring around the world. What lies beyond the edge of the map becomes a line along the edge."""
    points = [(min(max(x + turn, -181), 181), y) for x, y in ring]
    return [point for before, point, after in zip(points[-1:] + points, points, points[1:] + points[:1])
            if not before[0] == point[0] == after[0]]


def area_and_center(ring):
    area = cx = cy = 0.0
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1]):
        cross = x0 * y1 - x1 * y0
        area, cx, cy = area + cross, cx + (x0 + x1) * cross, cy + (y0 + y1) * cross
    return (abs(area) / 2, cx / (3 * area), cy / (3 * area)) if area else (0.0, *ring[0])


def simplify(points):
    """Douglas and Peucker."""
    if len(points) < 3:
        return points
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5

    def distance(point):
        x, y = point
        if length == 0:
            return ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5
        return abs((y1 - y0) * x - (x1 - x0) * y + x1 * y0 - y1 * x0) / length

    far = max(range(1, len(points) - 1), key=lambda index: distance(points[index]))
    if distance(points[far]) <= SIMPLIFY:
        return [points[0], points[-1]]
    return simplify(points[:far + 1])[:-1] + simplify(points[far:])


def number(tenths):
    text = f"{tenths / 10:g}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def path_of(ring):
    """Writes a ring with relative coordinates, in tenths of a degree."""
    points = [(round((x + 180) * 10), round((NORTH - max(y, SOUTH)) * 10)) for x, y in simplify(ring)]
    text, (px, py) = f"M{number(points[0][0])} {number(points[0][1])}l", points[0]
    steps = []
    for x, y in points[1:-1]:
        if (x, y) != (px, py):
            steps.append(number(x - px) + ("" if y < py else " ") + number(y - py))
            px, py = x, y
    return text + "".join(step if step[0] == "-" or not index else " " + step for index, step in enumerate(steps)) + "z"


def main(package, codes):
    land = json.loads((pathlib.Path(package) / "land-110m.json").read_text())
    rings = [ring for geometry in land["objects"]["land"]["geometries"] for ring in rings_of(land, geometry)]
    rings += [shifted(ring, turn) for ring in rings for turn in (-360, 360)
              if min(x + turn for x, _ in ring) < 180 and max(x + turn for x, _ in ring) > -180]
    rings = [ring for ring in rings if area_and_center(ring)[0] >= SMALLEST and max(y for _, y in ring) > SOUTH]
    (DASHBOARD / "Assets/land.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 144"><path d="' + "".join(map(path_of, rings)) + '"/></svg>\n')

    letters = {row["numeric"]: row["alpha_2"] for row in json.loads(pathlib.Path(codes).read_text())["3166-1"]}
    world = json.loads((pathlib.Path(package) / "countries-50m.json").read_text())
    countries = {}
    for geometry in world["objects"]["countries"]["geometries"]:
        name = geometry["properties"]["name"]
        code = "XK" if name == "Kosovo" else letters.get(geometry.get("id"))
        shapes = [area_and_center(ring) for ring in rings_of(world, geometry)]
        if code and shapes and code not in countries:
            _, x, y = max(shapes)
            name = NAMES.get(code) or " ".join(SHORT.get(word, word) for word in name.split())
            countries[code] = f"{code} {round((x + 540) % 360 - 180)} {round(y)} {name}"
    lines = textwrap.wrap("; ".join(countries[code] for code in sorted(countries)).replace(" ", "\0").replace(";\0", "; "), 118)
    (DASHBOARD / "Charts/CountryTable.cs").write_text(TABLE % "\n".join("        " + line.replace("\0", " ") for line in lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
