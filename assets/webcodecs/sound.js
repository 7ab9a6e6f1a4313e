// @ts-check
/** placeholder */
export class Sound {
  /**
   * @param {import("./ranges.js").Ranges} ranges
   * @param {import("./mp4.js").Track} track
   * @returns {Promise<Sound | null>}
   */
  static async open(ranges, track) {
    void ranges, track;
    return null;
  }
  /**
   * @param {import("./clock.js").Range} range
   * @param {import("./clock.js").Clock} clock
   */
  play(range, clock) {
    void range, clock;
  }
  stop() {}
  close() {}
  /**
   * @param {number} now_ms
   * @returns {number | null}
   */
  positionAt(now_ms) {
    void now_ms;
    return null;
  }
}
