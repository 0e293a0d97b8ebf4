/** Suites that are generated from the tables of docs/protocol.md itself: frames at every limit and beside it, tags, names and numbers. */
import { describe, expect, test } from 'vitest';
import { clientMachine } from '../../impl/protocol/client.ts';
import { Decoder, encode } from '../../impl/protocol/codec.ts';
import * as errors from '../../impl/protocol/errors.ts';
import * as limits from '../../impl/protocol/limits.ts';
import { MalformedFrame } from '../../impl/protocol/malformed-frame.ts';
import * as messages from '../../impl/protocol/message.ts';
import * as reasons from '../../impl/protocol/reasons.ts';
import { serverMachine } from '../../impl/protocol/server.ts';
import { equalInConstantTime, isAllZero, Tagger } from '../../impl/protocol/transcript.ts';
import { hmacSha256 as hmac } from '../../impl/session/hmac.ts';
import { rightFrames, wrongFrames, wrongMessages } from '../page/frame-cases.ts';
import { frameForms } from '../page/frame-fields.ts';
import { complaintsAboutFrames, complaintsAboutMalformed } from '../page/judge-codec.ts';
import { complaintsAboutNames } from '../page/judge-names.ts';
import { complaintsAboutTags } from '../page/judge-tags.ts';

const codec = { Decoder, encode, MalformedFrame };
const tags = { Tagger, equalInConstantTime, isAllZero, hmac };
const names = { ...errors, ...limits, ...messages, ...reasons, notes: [clientMachine.notes, serverMachine.notes] };
const first = (complaints: Iterable<string>) => [...complaints].slice(0, 3);

describe('what the tables of the page say', () => {
  test('of frames: each is written and read as it is, with every field at its limits, however it comes', () => {
    expect(first(complaintsAboutFrames(codec))).toEqual([]);
  });

  test('of malformed frames: each is refused as soon as it is one, and it is said why', () => {
    expect(first(complaintsAboutMalformed(codec))).toEqual([]);
  });

  test('of tags: each is made and judged behind every transcript, and no changed bit is taken', () => {
    expect(first(complaintsAboutTags(tags))).toEqual([]);
  });

  test('of names, numbers, reasons, limits and failure codes: the implementation has these and no others', () => {
    expect(first(complaintsAboutNames(names))).toEqual([]);
  });

  test('gives cases for every field of every frame', () => {
    for (const { name, fields } of frameForms) {
      for (const field of fields)
        expect(rightFrames.some(({ what }) => what.startsWith(`${name}, ${field.name}`))).toBe(
          !('fixed' in field && field.fixed),
        );
      expect(wrongFrames.filter(({ what }) => what.startsWith(`${name},`)).length).toBeGreaterThan(50);
      expect(wrongMessages.some(({ message }) => message.name === name)).toBe(true);
    }
  });
});

describe('what they must notice', () => {
  test('a frame with another version, and a decoder that looks at frames behind the last one', () => {
    const other: typeof encode = (message) => encode(message).with(4, 2);
    class Hasty extends Decoder {
      override rest() {
        return super.rest().subarray(1);
      }
    }
    expect(first(complaintsAboutFrames({ ...codec, encode: other }))[0]).toContain('encode gives');
    expect(first(complaintsAboutFrames({ ...codec, Decoder: Hasty }))[0]).toContain('the bytes behind it');
  });

  test('a decoder that takes bytes after a malformed frame', () => {
    class Forgetful extends Decoder {
      #inner = new Decoder();
      override push(bytes: Uint8Array) {
        this.#inner.push(bytes);
      }
      override next() {
        try {
          return this.#inner.next();
        } catch (error) {
          this.#inner = new Decoder();
          throw error;
        }
      }
    }
    expect(first(complaintsAboutMalformed({ ...codec, Decoder: Forgetful }))[0]).toContain('a second look');
  });

  test('a comparison that stops one byte early', () => {
    const short: typeof equalInConstantTime = (left, right) => equalInConstantTime(left.subarray(0, -1), right.subarray(0, -1));
    expect(first(complaintsAboutTags({ ...tags, equalInConstantTime: short }))).not.toEqual([]);
  });

  test('a reason that allows a fall back, a limit with another default, and an error without its state', () => {
    const busy = { ...reasons.reasons, busy: { ...reasons.reasons.busy, fallsBack: true } } as never;
    expect(first(complaintsAboutNames({ ...names, reasons: busy }))[0]).toContain('the reasons of the page are others');
    const hasty = { ...limits.defaultLimits, readyTimeout: 1 } as never;
    expect(first(complaintsAboutNames({ ...names, defaultLimits: hasty }))[0]).toContain('the limits of the page are others');
    class Stateless extends errors.StpConnectError {
      override readonly state = undefined;
    }
    expect(first(complaintsAboutNames({ ...names, StpConnectError: Stateless }))[0]).toContain('with state');
  });
});
