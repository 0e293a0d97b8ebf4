/**
 * Bytes as entries, piece by piece. The bytes may come from anyone: no length is believed before it is compared with a limit, and
 * nothing is kept but one header and the name, map and times that belong to it.
 */
import { BLOCK, type Extent, MAX_NAME, paddingOf, type Sparse, type TarEntry, TarError } from './entry.ts';
import { natural, parseHeader, type RawHeader, typeOf } from './header.ts';
import { decodePax, MAX_PAX, type PaxRecords, parseTime } from './pax.ts';
import { checkSparse, MapReader, parseInlineMap } from './sparse.ts';

/** What comes out of an archive. `data` belongs to the entry before it, and at `position` in that file; its bytes are good until the next step. */
export type TarEvent =
  | { readonly kind: 'entry'; readonly entry: TarEntry }
  | { readonly kind: 'data'; readonly bytes: Buffer; readonly position: number }
  | { readonly kind: 'endEntry' };

type Collected = 'pax' | 'global' | 'longName' | 'longLink';

/** Flags whose body is about the entry behind it. */
const META: Readonly<Record<string, Collected>> = { x: 'pax', g: 'global', L: 'longName', K: 'longLink' };

/** Reads one archive. */
export class TarDecoder {
  #stage: 'header' | 'collecting' | 'map' | 'data' | 'padding' | 'ended' = 'header';
  /** A block, or the body of an extended header, that has not come wholly. */
  #carried: Buffer = Buffer.alloc(0);
  #collecting: { readonly what: Collected; readonly size: number } = { what: 'pax', size: 0 };
  readonly #global = new Map<string, Buffer>();
  #local: PaxRecords = new Map();
  #longName: Buffer | undefined;
  #longLink: Buffer | undefined;
  #header: RawHeader | undefined;
  #map: MapReader | undefined;
  /** Data of the entry that has not come yet, and how much of its map was read. */
  #left = 0;
  #padding = 0;
  #extents: readonly Extent[] = [];
  #extent = 0;
  #inExtent = 0;
  #zeroBlocks = 0;

  /** Whether the end of the archive was seen. */
  get ended(): boolean {
    return this.#stage === 'ended';
  }

  /** Takes `bytes` and gives what is in them. Throws TarError malformed; then there is nothing more to be had. */
  *push(bytes: Buffer): Generator<TarEvent, void> {
    let rest = bytes;
    while (rest.length > 0 && this.#stage !== 'ended') {
      if (this.#stage === 'data') {
        const event = this.#takeData(rest);
        rest = rest.subarray(event.bytes.length);
        yield event;
        if (this.#left === 0) yield* this.#endData();
      } else if (this.#stage === 'padding') {
        const count = Math.min(rest.length, this.#padding);
        rest = rest.subarray(count);
        this.#padding -= count;
        if (this.#padding === 0) this.#stage = 'header';
      } else {
        const wanted = this.#stage === 'collecting' ? this.#collecting.size + paddingOf(this.#collecting.size) : BLOCK;
        const count = Math.min(rest.length, wanted - this.#carried.length);
        const whole = this.#carried.length === 0 && count === wanted;
        const block = whole ? rest.subarray(0, count) : Buffer.concat([this.#carried, rest.subarray(0, count)]);
        rest = rest.subarray(count);
        this.#carried = block.length < wanted ? block : Buffer.alloc(0);
        if (block.length === wanted) yield* this.#takeBlock(block);
      }
    }
  }

  /** To be called when no more bytes come. Throws TarError truncated unless the archive was whole. */
  finish(): void {
    // One block of zeros is one too few, and yet an end: other programs write and accept it.
    const atEnd = this.#stage === 'ended' || (this.#stage === 'header' && this.#zeroBlocks > 0 && this.#carried.length === 0);
    if (!atEnd) throw new TarError('truncated', 'it ends before its last block');
  }

  *#takeBlock(block: Buffer): Generator<TarEvent, void> {
    if (this.#stage === 'collecting') {
      this.#stage = 'header';
      this.#keep(Buffer.from(block.subarray(0, this.#collecting.size)));
    } else if (this.#stage === 'map') {
      this.#left -= BLOCK;
      const extents = this.#map?.push(block);
      if (extents) yield* this.#begin(extents);
      else if (this.#left < BLOCK) throw new TarError('malformed', 'the map of a file with holes is longer than the file');
    } else yield* this.#takeHeader(block);
  }

  *#takeHeader(block: Buffer): Generator<TarEvent, void> {
    const header = parseHeader(block);
    if (header === undefined) {
      this.#zeroBlocks += 1;
      if (this.#zeroBlocks === 2) this.#stage = 'ended';
      return;
    }
    this.#zeroBlocks = 0;
    const what = META[header.flag];
    if (what !== undefined) {
      const most = what === 'pax' || what === 'global' ? MAX_PAX : MAX_NAME + 1;
      if (header.size > most) throw new TarError('malformed', `an extended header of ${header.size} bytes is too long`);
      this.#collecting = { what, size: header.size };
      this.#stage = header.size === 0 ? 'header' : 'collecting';
      return;
    }
    this.#header = header;
    const size = this.#number('size') ?? header.size;
    // Links and folders have no data, whatever their header says; some programs write the size of a hard link's file.
    const type = typeOf(header.flag);
    this.#left = type === 'file' || type === 'other' ? size : 0;
    if (this.#value('GNU.sparse.major')?.toString() === '1') {
      if (this.#left < BLOCK) throw new TarError('malformed', 'a file with holes has no map');
      this.#map = new MapReader();
      this.#stage = 'map';
      return;
    }
    yield* this.#begin(undefined);
  }

  /** The entry is known wholly. */
  *#begin(fromMap: readonly Extent[] | undefined): Generator<TarEvent, void> {
    const entry = this.#entry(fromMap);
    const stored = this.#number('size') ?? this.#header?.size ?? 0;
    this.#padding = this.#left === 0 && fromMap === undefined ? 0 : paddingOf(stored);
    this.#extents = entry.sparse?.extents ?? [{ offset: 0, length: entry.size }];
    this.#extent = 0;
    this.#inExtent = 0;
    this.#header = undefined;
    this.#local = new Map();
    this.#longName = undefined;
    this.#longLink = undefined;
    this.#stage = 'data';
    yield { kind: 'entry', entry };
    if (this.#left === 0) yield* this.#endData();
  }

  *#endData(): Generator<TarEvent, void> {
    this.#stage = this.#padding > 0 ? 'padding' : 'header';
    yield { kind: 'endEntry' };
  }

  #takeData(rest: Buffer): { readonly kind: 'data'; readonly bytes: Buffer; readonly position: number } {
    let extent = this.#extents[this.#extent];
    while (extent && this.#inExtent === extent.length) {
      this.#extent += 1;
      this.#inExtent = 0;
      extent = this.#extents[this.#extent];
    }
    const { offset, length } = extent ?? { offset: 0, length: 0 };
    const bytes = rest.subarray(0, Math.min(this.#left, length - this.#inExtent));
    const position = offset + this.#inExtent;
    this.#inExtent += bytes.length;
    this.#left -= bytes.length;
    return { kind: 'data', bytes, position };
  }

  #entry(fromMap: readonly Extent[] | undefined): TarEntry {
    const header = this.#header;
    if (!header) throw new TarError('malformed', 'there is no header');
    const extents = fromMap ?? this.#inlineMap();
    const realSize = this.#number('GNU.sparse.realsize') ?? this.#number('GNU.sparse.size') ?? this.#left;
    const sparse: Sparse | undefined = extents && { extents, realSize };
    if (sparse) checkSparse(sparse, this.#left);
    const name = this.#value('GNU.sparse.name') ?? this.#value('path') ?? this.#longName ?? header.name;
    const linkName = this.#value('linkpath') ?? this.#longLink ?? header.linkName;
    if (name.length > MAX_NAME || linkName.length > MAX_NAME) throw new TarError('malformed', 'a name is too long');
    const time = this.#value('mtime');
    // Before there were type flags, a slash at the end made a folder.
    const type = typeOf(header.flag);
    return {
      name,
      type: type === 'file' && name.at(-1) === 0x2f && this.#left === 0 ? 'directory' : type,
      mode: header.mode,
      uid: this.#number('uid') ?? header.uid,
      gid: this.#number('gid') ?? header.gid,
      mtime: time === undefined ? BigInt(header.mtime) * 1_000_000_000n : parseTime(time.toString('latin1')),
      size: this.#left,
      linkName: type === 'link' || type === 'symlink' ? linkName : undefined,
      sparse,
    };
  }

  #inlineMap(): Extent[] | undefined {
    if (this.#value('GNU.sparse.size') === undefined) return undefined;
    return parseInlineMap(this.#value('GNU.sparse.map')?.toString('latin1') ?? '');
  }

  #keep(body: Buffer): void {
    const { what } = this.#collecting;
    if (what === 'pax') this.#local = decodePax(body);
    else if (what === 'global') for (const [key, value] of decodePax(body)) this.#setGlobal(key, value);
    else {
      const end = body.indexOf(0);
      const name = end === -1 ? body : body.subarray(0, end);
      if (what === 'longName') this.#longName = name;
      else this.#longLink = name;
    }
  }

  /** Only keys that mean something here, so that an archive of global headers does not fill the memory. */
  #setGlobal(key: string, value: Buffer): void {
    if (['mtime', 'uid', 'gid'].includes(key)) this.#global.set(key, value.subarray(0, 64));
  }

  #value(key: string): Buffer | undefined {
    // An empty value takes back what a global header said.
    const value = this.#local.get(key) ?? this.#global.get(key);
    return value?.length === 0 ? undefined : value;
  }

  #number(key: string): number | undefined {
    const text = this.#value(key)?.toString('latin1');
    if (text === undefined) return undefined;
    return natural(/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN, key);
  }
}
