// @ts-check
/** Answers, for test_redetect.py, what the desk detects: cases as JSON in, a list of cuts each out. */
import { cutsAt } from "../../assets/desk/detection/redetect.js";

/** @type {{detector: string, scores: number[], threshold: number}[]} */
const cases = await Bun.stdin.json();
const found = cases.map((one) => cutsAt(one.detector, Float32Array.from(one.scores), one.threshold));
console.log(JSON.stringify(found));
