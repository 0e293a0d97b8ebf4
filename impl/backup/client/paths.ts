/** The paths that a request names: which of them have to be gone through, and how one gets there. */
import { lstatSync } from 'node:fs';
import { errnoOf } from '../errors.ts';
import type { Folder } from '../files/folder.ts';
import { fromJsonName, joinParts } from '../names.ts';
import { recordOf, recordOfError } from '../records.ts';
import type { BackupRequest } from '../wire/messages.ts';
import { type AllowedPath, allowedPath, openWay } from './roots.ts';
import { type Found, type WalkOptions, walk, walkOpen } from './walk.ts';

/** The paths of the request below these folders; those that lie below another one are left out, since they come with it. */
export function pathsOf(request: BackupRequest, folders: readonly Buffer[]): readonly AllowedPath[] {
  const paths = request.paths.flatMap((path) => allowedPath(fromJsonName(path), folders) ?? []);
  const named = paths.map((path) => ({ path, name: joinParts(path.parts) }));
  return named.flatMap(({ path, name }, index) => {
    const again = named.some((other, at) => at < index && other.name.equals(name));
    const comesAlong = named.some((other) => isBelow(name, other.name) && isFolder(other.path)) && stands(path);
    return again || comesAlong ? [] : [path];
  });
}

/** Everything at and below these paths. */
export function* walkAll(paths: readonly AllowedPath[], options: WalkOptions): Generator<Found, void> {
  for (const path of paths) {
    const name = joinParts(path.parts);
    let folder: Folder;
    try {
      folder = openParent(path);
    } catch (error) {
      const code = errnoOf(error);
      options.report(code === 'ELOOP' || code === 'ENOTDIR' ? recordOf(name, 'linkWay') : recordOfError(name, error));
      continue;
    }
    try {
      const base = path.way.at(-1);
      yield* base === undefined ? walkOpen(folder, name, options) : walk(folder, base, name, options);
    } finally {
      folder.close();
    }
  }
}

/** The folder that the path's last part is in; the folder of the configuration itself where the path is that. */
function openParent({ root, way }: AllowedPath): Folder {
  return openWay(root, way.slice(0, -1), (above, part) => above.open(part));
}

const SLASH = 0x2f;

function isBelow(name: Buffer, above: Buffer): boolean {
  if (above.length === 0) return name.length > 0;
  return name.length > above.length && name.subarray(0, above.length).equals(above) && name[above.length] === SLASH;
}

/** What lies below a symbolic link, by its name, is not in the archive because the link is. */
function isFolder({ root, way }: AllowedPath): boolean {
  return succeeds(() => openWay(root, way, (above, part) => above.open(part)).close());
}

/** A path that is not there has to be looked for, so that it is told of. */
function stands(path: AllowedPath): boolean {
  const base = path.way.at(-1);
  return (
    base === undefined ||
    succeeds(() => {
      const parent = openParent(path);
      try {
        lstatSync(parent.at(base));
      } finally {
        parent.close();
      }
    })
  );
}

function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
