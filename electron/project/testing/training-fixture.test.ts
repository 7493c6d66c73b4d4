/**
 * The training package reads this room's database. Its tests build a database from a text that this room wrote: when the
 * schema or what is stored changes, this test fails until the text is written anew (UPDATE_TRAINING_FIXTURE=1), and
 * then the Python tests say whether the training package still understands it.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Defect } from "#shared/domain/defect";
import { tilesOfLabelMap } from "#shared/masks/label-tiles";
import { Database } from "../database/database";
import {
  edit,
  HEIGHT,
  listImages,
  openFixture,
  picture,
  until,
  WIDTH,
  type Fixture,
} from "./fixture";

const fixtureFolder = path.resolve(
  import.meta.dirname,
  "../../../models/training/tests/data/fixtures/project",
);
const fixtureFile = path.join(fixtureFolder, "project.sql");
/** What a reader of masks needs, by table; times and sizes of files differ from run to run. */
const contents = {
  images:
    "SELECT id, relative_path, width, height, content_hash, document_id, review_status FROM images ORDER BY id",
  documents:
    "SELECT id, image_id, content_hash, review_status, region FROM documents ORDER BY id",
  mask_tiles:
    "SELECT * FROM mask_tiles ORDER BY document_id, layer, tile_y, tile_x",
  defects: "SELECT * FROM defects ORDER BY document_id, layer, label",
};

type Row = Record<string, string | number | null | Uint8Array>;

let fixture: Fixture;
afterEach(() => fixture.dispose());

const defect = (
  label: number,
  classCode: string,
  decision: Defect["decision"],
  x: number,
  y: number,
): Defect => ({
  label,
  classCode,
  grade: "minor",
  decision,
  note: "",
  origin: "human",
  score: null,
  box: { x, y, width: 40, height: 20 },
  areaPx: 800,
});

/** Three rectangles, the first over the seam between two tiles. */
function labels(): Uint16Array {
  const map = new Uint16Array(WIDTH * HEIGHT);
  for (const [label, left, top] of [
    [1, 240, 30],
    [2, 20, 250],
    [300, 100, 100],
  ] as const)
    for (let y = top; y < top + 20; y++)
      map.fill(label, y * WIDTH + left, y * WIDTH + left + 40);
  return map;
}

it("writes the database that the training package is tested with", async () => {
  const pictures = {
    "run-1/a.png": await picture(1),
    "run-1/b.png": await picture(2),
    "run-2/c.png": await picture(3),
  };
  fixture = await openFixture(pictures);
  const { service } = fixture;
  const region = {
    mode: "manual",
    box: { x: 10, y: 0, width: 280, height: HEIGHT },
  } as const;
  for (const image of await listImages(service)) {
    await until(async () =>
      (await service["editor.load"]({ imageId: image.id })).image.header
        ? true
        : null,
    );
    const name = image.relativePath;
    if (name.endsWith("b.png"))
      await service["images.setStatus"]({
        imageId: image.id,
        status: "accepted",
      });
    else {
      const document = await service["editor.load"]({ imageId: image.id });
      const tiles = tilesOfLabelMap(labels(), {
        x: 0,
        y: 0,
        width: WIDTH,
        height: HEIGHT,
      });
      const defects = [
        defect(1, "crack", "accepted", 240, 30),
        defect(2, "scuff", "unreviewed", 20, 250),
        defect(300, "dent", "rejected", 100, 100),
      ];
      const reviewStatus = name.endsWith("a.png")
        ? ({ reviewStatus: "accepted" } as const)
        : {};
      await service["editor.commit"](
        edit(document, { tiles, defects, ...reviewStatus }),
      );
    }
    if (name.endsWith("a.png"))
      await service.setRegion({ imageId: image.id, region });
  }
  await service.close(undefined);
  const dump = dumpOf(path.join(fixture.folder, ".railscope", "project.db"));
  if (process.env["UPDATE_TRAINING_FIXTURE"] === "1") {
    for (const [name, bytes] of Object.entries({
      ...pictures,
      "../project.sql": dump,
    })) {
      await mkdir(path.dirname(path.join(fixtureFolder, "pictures", name)), {
        recursive: true,
      });
      await writeFile(path.join(fixtureFolder, "pictures", name), bytes);
    }
  }
  expect(dump).toBe(await readFile(fixtureFile, "utf8"));
});

/** Schema and rows as SQL. */
function dumpOf(file: string): string {
  const db = new Database(file, { readOnly: true, busyTimeoutMs: 1000 });
  try {
    const version = db.get<{ user_version: number }>(
      "PRAGMA user_version",
    )?.user_version;
    const schema = db.all<{ sql: string }>(
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid`,
    );
    const rows = Object.entries(contents).flatMap(([table, sql]) =>
      db.all<Row>(sql).map((row) => insert(table, row)),
    );
    return [
      `PRAGMA user_version = ${version};`,
      ...schema.map(({ sql }) => `${sql};`),
      ...rows,
      "",
    ].join("\n");
  } finally {
    db.close();
  }
}

function insert(table: string, row: Row): string {
  // columns that differ from run to run, and that no reader of masks looks at
  const fixed =
    table === "images"
      ? {
          ...row,
          sort_key: row["relative_path"] ?? "",
          search_key: "",
          size_bytes: 0,
          modified_ms: 0,
        }
      : row;
  return `INSERT INTO ${table} (${Object.keys(fixed).join(", ")}) VALUES (${Object.values(fixed).map(literal).join(", ")});`;
}

function literal(value: string | number | null | Uint8Array): string {
  if (value === null) return "NULL";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  return `x'${Buffer.from(value).toString("hex")}'`;
}
