/** What the configuration allows: folders that may be read, and folders that may be written below. */
import { Folder } from '../files/folder.ts';
import { isAbsolute, partsOf } from '../names.ts';

/** A path that is allowed: below which folder of the configuration, and the parts of the way from there. */
export interface AllowedPath {
  readonly root: Buffer;
  readonly way: readonly Buffer[];
  /** All parts, from the root of the file system. */
  readonly parts: readonly Buffer[];
}

/** Undefined when the path is not absolute, has a `..` in it, or lies below none of the folders. Of several folders the longest one counts. */
export function allowedPath(path: Buffer, folders: readonly Buffer[]): AllowedPath | undefined {
  const parts = isAbsolute(path) ? partsOf(path) : undefined;
  if (parts === undefined) return undefined;
  const allowed = folders.flatMap((root) => {
    const above = partsOf(root) ?? [];
    const below = above.length <= parts.length && above.every((part, index) => parts[index]?.equals(part));
    return below ? [{ root, way: parts.slice(above.length), parts }] : [];
  });
  return allowed.sort((one, other) => one.way.length - other.way.length)[0];
}

/** Opens the folder at the end of `way`, one part after the other, no symbolic link followed. Throws the system's error. */
export function openWay(root: Buffer, way: readonly Buffer[], step: (folder: Folder, part: Buffer) => Folder): Folder {
  let folder = Folder.root(root);
  for (const part of way) {
    try {
      const next = step(folder, part);
      folder.close();
      folder = next;
    } catch (error) {
      folder.close();
      throw error;
    }
  }
  return folder;
}
