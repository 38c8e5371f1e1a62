import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';

/** Bounds of the file: what a README can show without making people wait. */
const QUALITY = 62;
const CURSOR_STEPS = 6;
const STEP_MS = 45;

interface Frame {
  readonly picture: Buffer;
  readonly ms: number;
}

/** Records what somebody does on a page, with a pointer and a caption, as an animated WebP. */
export class Film {
  readonly #page: Page;
  readonly #frames: Frame[] = [];
  #pointer = { x: 640, y: 420 };
  #caption = '';

  constructor(page: Page) {
    this.#page = page;
  }

  get ms(): number {
    return this.#frames.reduce((sum, { ms }) => sum + ms, 0);
  }

  caption(text: string): void {
    this.#caption = text;
  }

  /** Shows the page as it is, for a time. */
  async hold(ms: number): Promise<void> {
    await this.#page.evaluate(`(${DRAW})(${JSON.stringify({ caption: this.#caption, ...this.#pointer })})`);
    this.#frames.push({ picture: await this.#page.screenshot(), ms });
  }

  /** Moves the pointer to the middle of an element, and clicks it. */
  async click(target: Locator): Promise<void> {
    await target.scrollIntoViewIfNeeded();
    const box = await target.boundingBox();
    if (box === null) throw new Error('What is to be clicked is not on the page.');
    const from = this.#pointer;
    const to = { x: box.x + Math.min(box.width / 2, 60), y: box.y + box.height / 2 };
    for (let step = 1; step <= CURSOR_STEPS; step++) {
      // Fast first, then slower, as a hand moves.
      const part = 1 - (1 - step / CURSOR_STEPS) ** 2;
      this.#pointer = { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
      await this.hold(STEP_MS);
    }
    await this.hold(250);
    await target.click();
  }

  async save(file: string): Promise<void> {
    const pictures = this.#frames.map(({ picture }) => picture);
    await sharp(pictures, { join: { animated: true } })
      .webp({ quality: QUALITY, effort: 6, delay: this.#frames.map(({ ms }) => ms), loop: 0, minSize: true })
      .toFile(file);
  }
}

/** Runs in the page: draws the caption and the pointer above everything. */
const DRAW = `({ caption, x, y }) => {
  const found = document.getElementById('film');
  const layer = found ?? document.createElement('div');
  layer.id = 'film';
  layer.style.cssText = 'position:fixed;inset:0;z-index:99999;pointer-events:none';
  layer.innerHTML = \`
    <div style="position:absolute;left:50%;bottom:22px;transform:translateX(-50%);white-space:nowrap;
      padding:10px 20px;border-radius:999px;background:#12301f;color:#fff;box-shadow:0 6px 24px #0005;
      font:600 17px 'Inter Variable',sans-serif"></div>
    <svg style="position:absolute;left:\${x}px;top:\${y}px" width="22" height="28" viewBox="0 0 22 28">
      <path d="M1 1v21l5.5-5 3.6 8.6 4-1.7-3.6-8.4H18z" fill="#111" stroke="#fff" stroke-width="1.6"/>
    </svg>\`;
  layer.firstElementChild.textContent = caption;
  if (found === null) document.body.append(layer);
}`;
