// @ts-check
/** The counterpart of tests/support/barcodes.py, which says how a frame carries its number. */

const [COLUMNS, ROWS] = [16, 2];
const PROBES = [5, 7, 9, 11].map((sixteenths) => sixteenths / 16);

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {number} the number of the frame on it
 */
export function readBarcode(canvas) {
  const { width } = canvas;
  const height = Math.ceil(canvas.height / 3);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the canvas has no picture");
  const { data } = context.getImageData(0, 0, width, height);
  let code = 0;
  for (let cell = 0; cell < COLUMNS * ROWS; cell++) {
    let sum = 0;
    for (const down of PROBES) {
      for (const across of PROBES) {
        const x = Math.floor((((cell % COLUMNS) + across) * width) / COLUMNS);
        const y = Math.floor(((Math.floor(cell / COLUMNS) + down) * canvas.height) / 6);
        const at = 4 * (y * width + x);
        sum += data[at] + data[at + 1] + data[at + 2];
      }
    }
    const level = sum / (3 * PROBES.length ** 2);
    if (level > 80 && level < 176) throw new Error(`cell ${cell} is neither black nor white`);
    code = code * 2 + (level > 128 ? 1 : 0);
  }
  const [number, checksum] = [Math.floor(code / 256), code % 256];
  if (checksum !== (number * 167 + 83) % 251) throw new Error(`number ${number} does not check`);
  return number;
}
