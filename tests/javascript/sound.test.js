// @ts-check
import { expect, test } from "bun:test";
import { partOf } from "../../assets/webcodecs/sound.js";

const PIECE_S = 0.4;

test.each([24000 / 1001, 25, 30000 / 1001, 50, 60000 / 1001])(
  "no piece is heard from before its beginning, however times are rounded: %d frames a second",
  (fps) => {
    let early = 0;
    for (let number = 1; number < 20_000; number++) {
      const piece = { start_s: number * PIECE_S, end_s: (number + 1) * PIECE_S };
      for (const ulps of [-2, -1, 0]) {
        const place_s = (piece.start_s * fps * (1 + ulps * Number.EPSILON)) / fps;
        if (place_s < piece.start_s) early++;
        const { offset_s, length_s } = partOf(piece, place_s, 1);
        expect(offset_s >= 0 && length_s > 0).toBe(true);
      }
    }
    expect(early).toBeGreaterThan(0);
  },
);

test("no more is heard than the range has left, and always a little", () => {
  const piece = { start_s: 0.4, end_s: 0.8 };
  expect(partOf(piece, 0.5, 0.1)).toEqual({ offset_s: 0.5 - 0.4, length_s: 0.1 });
  expect(partOf(piece, 0.9, 1).length_s).toBeGreaterThan(0);
});
