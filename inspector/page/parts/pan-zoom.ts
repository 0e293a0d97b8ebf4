/** Moving and scaling of a picture in its frame: mouse, touch, wheel and keys. Knows nothing of what the picture shows. */

/** Left, top, width, height in the picture's own pixels. */
export type Area = readonly [number, number, number, number];

const [LEAST, MOST] = [0.08, 3];

export class PanZoom {
  #x = 0;
  #y = 0;
  #scale = 1;
  readonly #pointers = new Map<number, { x: number; y: number }>();
  readonly #frame: HTMLElement;
  readonly #picture: HTMLElement;
  readonly #size: () => readonly [number, number];
  readonly #onUser: () => void;

  /** @param size - of the picture; `onUser` is called when somebody moves it */
  constructor(frame: HTMLElement, picture: HTMLElement, size: () => readonly [number, number], onUser: () => void) {
    this.#frame = frame;
    this.#picture = picture;
    this.#size = size;
    this.#onUser = onUser;
  }

  /** Listens until the answer is called. */
  listen(): () => void {
    const frame = this.#frame;
    const stop = new AbortController();
    const on = <Name extends keyof HTMLElementEventMap>(name: Name, act: (event: HTMLElementEventMap[Name]) => void) =>
      frame.addEventListener(name, act as EventListener, { signal: stop.signal, passive: false });
    on('wheel', (event) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) this.zoom(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
      else this.pan(-event.deltaX, -event.deltaY);
    });
    on('pointerdown', (event) => {
      if (event.button === 0) this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    on('pointermove', (event) => this.#drag(event));
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
      on(name, (event) => this.#pointers.delete(event.pointerId));
    }
    on('keydown', (event) => this.#key(event));
    return () => stop.abort();
  }

  pan(x: number, y: number): void {
    this.#onUser();
    this.#put(this.#x + x, this.#y + y, this.#scale, false);
  }

  /** Scales around a place on the screen, or around the middle. */
  zoom(by: number, clientX?: number, clientY?: number): void {
    this.#onUser();
    const { left, top, width, height } = this.#frame.getBoundingClientRect();
    const [x, y] = [(clientX ?? left + width / 2) - left, (clientY ?? top + height / 2) - top];
    const scale = Math.max(LEAST, Math.min(MOST, this.#scale * by));
    const factor = scale / this.#scale;
    this.#put(x - (x - this.#x) * factor, y - (y - this.#y) * factor, scale, false);
  }

  /** All of the picture. */
  fit(): void {
    const [width, height] = this.#size();
    const { clientWidth, clientHeight } = this.#frame;
    const scale = Math.max(LEAST, Math.min(1, clientWidth / width, clientHeight / height));
    this.#put((clientWidth - width * scale) / 2, (clientHeight - height * scale) / 2, scale, true);
  }

  /** This part of the picture in the middle, large enough to be read. */
  show([left, top, width, height]: Area): void {
    const { clientWidth, clientHeight } = this.#frame;
    if (clientWidth === 0) return;
    const room = 28;
    const scale = Math.max(0.4, Math.min(1, (clientWidth - room) / width, Math.max(0.8, (clientHeight - room) / height)));
    // What is too tall is shown from its top.
    const tall = height * scale > clientHeight - room;
    const y = tall ? room / 2 - top * scale : clientHeight / 2 - (top + height / 2) * scale;
    this.#put(clientWidth / 2 - (left + width / 2) * scale, y, scale, true);
  }

  #drag(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#frame.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, now);
    if (other === undefined) this.pan(now.x - before.x, now.y - before.y);
    else this.zoom(apart(now, other) / apart(before, other), (now.x + other.x) / 2, (now.y + other.y) / 2);
  }

  #key(event: KeyboardEvent): void {
    const far = 60;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.pan(far, 0),
      ArrowRight: () => this.pan(-far, 0),
      ArrowUp: () => this.pan(0, far),
      ArrowDown: () => this.pan(0, -far),
      '+': () => this.zoom(1.25),
      '=': () => this.zoom(1.25),
      '-': () => this.zoom(0.8),
      '0': () => {
        this.#onUser();
        this.fit();
      },
    };
    const act = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (act === undefined || event.target !== this.#frame) return;
    event.preventDefault();
    act();
  }

  #put(x: number, y: number, scale: number, smooth: boolean): void {
    [this.#x, this.#y, this.#scale] = [x, y, scale];
    this.#picture.classList.toggle('smooth', smooth);
    this.#picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }
}

const apart = (a: { x: number; y: number }, b: { x: number; y: number }) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
