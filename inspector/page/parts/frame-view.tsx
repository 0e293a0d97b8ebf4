import { useState } from 'preact/hooks';
import type { Field, Frame } from '../../contract.ts';

/** Bytes in a row. */
const ACROSS = 8;

/** A frame field by field, its bytes beside it: who points at one sees the other. */
export function FrameView({ frame }: { readonly frame: Frame }) {
  const [pointed, setPointed] = useState<Field>();
  const bytes = frame.hex?.match(/../g) ?? [];
  const isPointed = (offset: number) => isWithin(offset, pointed);
  return (
    <article class="frame-view" aria-label={`Frame ${frame.name}`}>
      <header>
        <strong>{frame.name}</strong>
        {frame.channel !== undefined && <span class="badge">on {frame.channel}</span>}
        {bytes.length > 0 && <span class="quiet">{bytes.length} bytes</span>}
      </header>
      <table>
        <caption class="hidden">Fields</caption>
        <thead>
          <tr>
            <th scope="col">field</th>
            <th scope="col">value</th>
            <th scope="col">bytes</th>
          </tr>
        </thead>
        <tbody>
          {frame.fields.map((field) => (
            <tr
              key={field.name}
              data-pointed={pointed === field}
              onMouseEnter={() => setPointed(field)}
              onMouseLeave={() => setPointed(undefined)}
            >
              <th scope="row">{field.name}</th>
              <td title={field.value}>{field.value}</td>
              <td>{field.offset === undefined ? '' : rangeText(field)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {bytes.length > 0 && (
        <div class="hex" role="group" tabIndex={0} aria-label="Bytes in hexadecimal">
          {Array.from({ length: Math.ceil(bytes.length / ACROSS) }, (_, row) => (
            <p key={row}>
              <span class="offset">{(row * ACROSS).toString(16).padStart(4, '0')}</span>
              {bytes.slice(row * ACROSS, (row + 1) * ACROSS).map((byte, column) => {
                const offset = row * ACROSS + column;
                const field = frame.fields.find((one) => isWithin(offset, one));
                return (
                  <span
                    key={offset}
                    class="byte"
                    data-pointed={isPointed(offset)}
                    title={field?.name}
                    onMouseEnter={() => setPointed(field)}
                    onMouseLeave={() => setPointed(undefined)}
                  >
                    {byte}
                  </span>
                );
              })}
            </p>
          ))}
        </div>
      )}
      {frame.bytesFrom === 'model' && <p class="quiet">An example: the model has no bytes, its nonces and tags are made up.</p>}
      {bytes.length === 0 && <p class="quiet">Nobody recorded its bytes.</p>}
    </article>
  );
}

function isWithin(place: number, field: Field | undefined): boolean {
  const { offset, length } = field ?? {};
  return offset !== undefined && length !== undefined && place >= offset && place < offset + length;
}

function rangeText({ offset = 0, length = 0 }: Field): string {
  return length <= 1 ? String(offset) : `${offset}–${offset + length - 1}`;
}
