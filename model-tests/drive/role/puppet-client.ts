/** The puppet that plays the client process: the server process under test dials it. */
import { randomInt } from 'node:crypto';
import { fields, headerBytes, nonceBytes } from '../build-frames.ts';
import { type WireFrame, withOtherTag } from '../wire.ts';
import type { ConnectionName, RoleInput, RoleOutput } from './path.ts';
import { Puppet } from './puppet.ts';

/** An array that the server process is not attached to. */
const unknownArray = 'another-array';

export class ClientPuppet extends Puppet {
  protected readonly subjectRole = 'server';
  #descriptor = 0;

  async perform(input: RoleInput, state: string, waited: number): Promise<void> {
    const { subject } = this.parts;
    const [name = '', what] = input.type.split('.', 2);
    if (what === 'connected') {
      const held = this.connection(name as ConnectionName);
      held.made = true;
      return subject.accept(held.number);
    }
    if (what === 'refused' && name !== 'group') {
      const held = this.connection(name as ConnectionName);
      held.ended = true;
      return subject.refuse(held.number);
    }
    if (input.type === 'start') return;
    if (input['tag'] !== undefined) {
      if (input.type === 'first.descriptor') return this.#sayDescriptor(input['tag'] === 'right');
      if (input.type === 'first.port') return this.#sayPort(input['tag'] === 'right', input['array'] === 'known');
      if (what === 'ready') return this.#sayReady(name as ConnectionName, input['tag'] === 'right');
    }
    if (!(await this.performCommon(input, state, waited))) throw new Error(`a client process cannot bring about ${input.type}`);
  }

  /** Step 122. */
  async #sayDescriptor(right: boolean): Promise<void> {
    this.#descriptor = randomInt(3, 2 ** 32);
    const frame = this.seal('descriptor', fields.descriptor(this.#descriptor, this.freshNonce()));
    if (right) this.transcript.push(frame);
    await this.send('first', right ? frame : withOtherTag(frame));
  }

  /** Step 170. */
  async #sayPort(right: boolean, known: boolean): Promise<void> {
    const { array, port, generation } = await this.parts.subject.arrayPort();
    const frame = this.seal('port', fields.port(known ? array : unknownArray, port, generation, this.freshNonce()));
    if (right) this.transcript.push(frame);
    await this.send('first', right ? frame : withOtherTag(frame));
  }

  async #sayReady(name: ConnectionName, right: boolean): Promise<void> {
    const frame = this.seal('ready', fields.ready());
    // In network mode READY goes on both connections, and neither is part of the other's transcript.
    if (right && name === 'array') this.transcript.push(frame);
    if (right && name !== 'array') this.connection(name).endsAsChannel = true;
    await this.send(name, right ? frame : withOtherTag(frame));
  }

  /** A dial to the WKP is the first connection of an attempt where the path expects one, else the second. */
  protected override dialled(number: number, to: 'wkp' | 'array', expected: readonly RoleOutput[]): RoleOutput {
    const isFirst = expected.some((output) => output.type === 'dials' && output.connection === 'first');
    const name = to === 'array' ? 'array' : isFirst ? 'first' : 'second';
    if (name === 'first') this.transcript = [];
    this.hold(number, name, this.parts.subject.capabilities.dials === 'immediate');
    return { type: 'dials', connection: name };
  }

  protected received(held: ReturnType<Puppet['connection']>, frame: WireFrame): string[] {
    const { transcript } = this;
    const at = headerBytes + 4;
    switch (frame.name) {
      case 'hello': {
        const connections = frame.bytes[headerBytes + 1];
        transcript.push(frame.bytes);
        return [
          ...(connections === 2 ? [] : [`it says ${connections} connections`]),
          ...this.nonceErrors(frame.bytes.subarray(at, at + nonceBytes)),
        ];
      }
      case 'descriptor': {
        const errors = this.tagErrors(frame, transcript);
        if (frame.descriptor !== this.#descriptor) errors.push(`its descriptor is ${frame.descriptor}, not ${this.#descriptor}`);
        if (frame.bytes.subarray(at, at + nonceBytes).some((byte) => byte !== 0))
          errors.push('the 32 bytes behind its descriptor are not zero');
        transcript.push(frame.bytes);
        held.alone = [frame.bytes];
        return errors;
      }
      case 'group': {
        const errors = this.tagErrors(frame, transcript);
        transcript.push(frame.bytes);
        held.alone = [frame.bytes];
        return errors;
      }
      case 'decline':
        return this.tagErrors(frame, transcript);
      default:
        return [];
    }
  }
}
