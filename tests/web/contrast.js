// @ts-check
/** Gives `faintWords`: what words of the page differ too little from their ground, by WCAG 2.2. */
(() => {
  const LEAST = 4.5;
  const pixel = /** @type {CanvasRenderingContext2D} */ (
    document.createElement("canvas").getContext("2d", { willReadFrequently: true })
  );

  /** @param {string} colour of CSS @returns {number[]} red, green and blue to 255, opacity to 1 */
  const parts = (colour) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    const [red, green, blue, opacity] = pixel.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, opacity / 255];
  };

  /** @param {number[]} colour @param {number[]} ground opaque */
  const over = ([red, green, blue, opacity], ground) =>
    [red, green, blue].map((part, i) => part * opacity + ground[i] * (1 - opacity));

  /** @param {number[]} colour */
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((part) =>
      part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  /** @param {Element | null} element @returns {number[]} */
  const groundOf = (element) => {
    if (!element) return [255, 255, 255];
    const own = parts(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : over(own, groundOf(element.parentElement));
  };

  /** @param {Element | null} element @returns {number} */
  const opacityOf = (element) =>
    element ? Number(getComputedStyle(element).opacity) * opacityOf(element.parentElement) : 1;

  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasWords = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
    );
    if (!hasWords || !element.checkVisibility() || element.closest(":disabled, script")) continue;
    const ground = groundOf(element);
    const [red, green, blue, opacity] = parts(getComputedStyle(element).color);
    const words = over([red, green, blue, opacity * opacityOf(element)], ground);
    const [darker, lighter] = [luminance(words), luminance(ground)].sort((one, other) => one - other);
    const contrast = (lighter + 0.05) / (darker + 0.05);
    if (contrast < LEAST) found.push(`${element.className} “${element.textContent}” ${contrast.toFixed(2)}`);
  }
  return found;
})();
