// @ts-check
import { afterAll, beforeEach, expect, test } from "bun:test";
import { MediaLost } from "../../assets/webcodecs/errors.js";
import { Ranges } from "../../assets/webcodecs/ranges.js";

const file = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 8)) % 256);

/** @type {string[]} paths and ranges asked for */
let asked = [];
/** @type {string[]} */
let troubles = [];
/**
 * What the server does with the nth request.
 * @type {(n: number, request: Request, range: [number, number]) => Response | Promise<Response>}
 */
let answer;

/**
 * @param {number} first
 * @param {number} last
 */
const part = (first, last) => {
  const body = file.slice(first, last + 1);
  const end = Math.min(last, file.length - 1);
  return new Response(body, {
    status: 206,
    headers: { "Content-Range": `bytes ${first}-${end}/${file.length}` },
  });
};

const server = Bun.serve({
  port: 0,
  async fetch(request) {
    const range = request.headers.get("range") ?? "";
    const [first, last] = range.replace("bytes=", "").split("-").map(Number);
    asked.push(`${new URL(request.url).pathname} ${first}-${last}`);
    return answer(asked.length, request, [first, last]);
  },
});
afterAll(() => server.stop(true));

beforeEach(() => {
  asked = [];
  troubles = [];
  answer = (_n, _request, range) => part(...range);
});

const open = () => new Ranges(`${server.url}video`, (words) => troubles.push(words));

test("exactly the bytes asked for are requested", async () => {
  const ranges = open();
  expect(await ranges.read(500, 700)).toEqual(file.slice(500, 700));
  expect(asked).toEqual(["/video 500-699"]);
  expect([ranges.fetchedBytes, ranges.fileBytes]).toEqual([200, file.length]);
});

test("a range past the file's end is cut short", async () => {
  expect(await open().read(99_900, 200_000)).toEqual(file.slice(99_900));
});

test("what is here or on its way is not requested again", async () => {
  const ranges = open();
  const whole = ranges.read(0, 50_000);
  expect(ranges.has(100, 200)).toBe(true);
  expect(await ranges.read(100, 200)).toEqual(file.slice(100, 200));
  await whole;
  expect(await ranges.read(40_000, 50_000)).toEqual(file.slice(40_000, 50_000));
  expect(asked).toHaveLength(1);
});

test("of an answer that ends early only what is missing is requested again", async () => {
  answer = (n, _request, [first, last]) => part(first, n > 1 ? last : first + 1_999);
  expect(await open().read(1_000, 9_000)).toEqual(file.slice(1_000, 9_000));
  expect(asked).toEqual(["/video 1000-8999", "/video 3000-8999"]);
});

test("a failing server is asked until it works, which is told and taken back", async () => {
  answer = (n, _request, range) => (n < 3 ? new Response("", { status: 503 }) : part(...range));
  expect(await open().read(0, 10)).toEqual(file.slice(0, 10));
  expect(asked).toHaveLength(3);
  expect(troubles).toEqual(["connection lost, trying again", ""]);
});

/** Answer by leading to a store, which takes only the address that was signed last. */
function answerByRedirect() {
  const store = { signed: 1 };
  answer = (_n, request, range) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/video") return Response.redirect(`${server.url}store${store.signed}`, 307);
    return pathname === `/store${store.signed}` ? part(...range) : new Response("", { status: 403 });
  };
  return store;
}

test("an address that was redirected to is kept, and asked for again once it has expired", async () => {
  const store = answerByRedirect();
  const ranges = open();
  await ranges.read(0, 10);
  await ranges.read(10, 20);
  store.signed = 2;
  expect(await ranges.read(20, 30)).toEqual(file.slice(20, 30));
  expect(asked.map((each) => each.split(" ")[0])).toEqual([
    "/video",
    "/store1",
    "/store1",
    "/store1",
    "/video",
    "/store2",
  ]);
  expect(troubles).toEqual([]);
});

test("an address that expires under two requests is asked for anew by both", async () => {
  const store = answerByRedirect();
  const ranges = open();
  await ranges.read(0, 10);
  store.signed = 2;
  const reads = [ranges.read(100, 110), ranges.read(200, 210)];
  expect(await Promise.all(reads)).toEqual([file.slice(100, 110), file.slice(200, 210)]);
  expect(troubles).toEqual([]);
});

test("an address that is refused as soon as it is given will not become better", async () => {
  answer = (_n, request) =>
    request.url.endsWith("/video")
      ? Response.redirect(`${server.url}store`, 307)
      : new Response("", { status: 403 });
  const lost = await open().read(0, 10).catch((error) => error);
  expect(lost).toBeInstanceOf(MediaLost);
  expect(troubles).toEqual(["the object store does not let the video be read"]);
});

test.each([
  ["earlier", 490, 699],
  ["later", 510, 699],
  ["more", 500, 799],
])("%s bytes than asked for are not taken for them", async (_name, first, last) => {
  answer = () => part(first, last);
  const lost = await open().read(500, 700).catch((error) => error);
  expect(lost).toBeInstanceOf(MediaLost);
  expect(troubles).toEqual(["the server answers other bytes than asked"]);
});

test.each([
  ["another tag", `bytes 20-29/${file.length}`, '"2"'],
  ["another size", `bytes 20-29/${file.length + 1}`, '"1"'],
])("bytes of a file with %s are not mixed with those of the first", async (_name, range, etag) => {
  answer = (n, _request, [first, last]) => {
    const headers = { "Content-Range": `bytes ${first}-${last}/${file.length}`, ETag: '"1"' };
    const other = { "Content-Range": range, ETag: etag };
    return new Response(file.slice(first, last + 1), { status: 206, headers: n > 1 ? other : headers });
  };
  const ranges = open();
  await ranges.read(0, 10);
  const lost = await ranges.read(20, 30).catch((error) => error);
  expect(lost).toBeInstanceOf(MediaLost);
  expect(troubles).toEqual(["the video's file has changed: load the page again"]);
});

test.each([
  [404, "gone"],
  [401, "sign in"],
  [200, "ranges"],
])("status %p is no reason to try again", async (status, words) => {
  answer = () => new Response("everything", { status });
  const lost = await open().read(0, 10).catch((error) => error);
  expect(lost).toBeInstanceOf(MediaLost);
  expect(lost.message).toContain(words);
  expect(troubles).toEqual([lost.message]);
  expect(asked).toHaveLength(1);
});

test("a request that nobody waits for any more is given up, and made again for the next", async () => {
  const gone = Promise.withResolvers();
  answer = async (n, request, range) => {
    if (n > 1) return part(...range);
    request.signal.addEventListener("abort", () => gone.resolve(true));
    await gone.promise;
    return part(...range);
  };
  const ranges = open();
  const [one, other] = [new AbortController(), new AbortController()];
  const reads = [one, other].map(({ signal }) =>
    ranges.read(0, 10, { signal }).catch((error) => error.name),
  );
  while (asked.length === 0) await Bun.sleep(1);
  one.abort();
  expect(ranges.has(0, 10)).toBe(true);
  other.abort();
  expect(ranges.has(0, 10)).toBe(false);
  expect(await Promise.all(reads)).toEqual(["AbortError", "AbortError"]);
  expect(await gone.promise).toBe(true);
  expect(await ranges.read(0, 10)).toEqual(file.slice(0, 10));
});

test("of what was read no more is kept than there is room for", async () => {
  const ranges = new Ranges(`${server.url}video`, () => {}, { keptBytes: 2_000 });
  for (let first = 0; first < 5_000; first += 1_000) await ranges.read(first, first + 1_000);
  const kept = [0, 1_000, 2_000, 3_000, 4_000].filter((first) => ranges.has(first, first + 1_000));
  expect(kept).toEqual([3_000, 4_000]);
});

test("closing ends what is waited for", async () => {
  const never = Promise.withResolvers();
  answer = async () => never.promise;
  const ranges = open();
  const read = ranges.read(0, 10).catch((error) => error.name);
  ranges.close();
  expect(await read).toBe("AbortError");
  expect(await ranges.read(0, 10).catch((error) => error.name)).toBe("AbortError");
  never.resolve(new Response(""));
});
