/**
 * The two-FIFO system in Promela as one would write it by hand, explored by SPIN's pan with -O2, exactly and without reduction: prints its
 * figures. Arguments: room to the server, room to the client, the most states (default 2^22: pan is given tables of that size).
 */
import { Verifier } from '../../model-tests/export/promela/pan.ts';

const [toServer = 6, toClient = 6, most = 2 ** 22] = process.argv.slice(2).map(Number);

const model = `
mtype = { SYN, ECHO, ID, OK, D0, D1, FIN };
chan c2s = [${toServer}] of { mtype };
chan s2c = [${toClient}] of { mtype };

active proctype client() {
   c2s!SYN; s2c?ID; c2s!ECHO; s2c?OK;
open:
   if
   :: c2s!D0 -> goto open
   :: c2s!D1 -> goto open
   :: s2c?D0 -> goto open
   :: s2c?D1 -> goto open
   :: c2s!FIN -> goto half
   :: s2c?FIN -> goto drain
   fi;
half:
   if
   :: s2c?D0 -> goto half
   :: s2c?D1 -> goto half
   :: s2c?FIN -> goto end_closed
   fi;
drain:
   if
   :: c2s!D0 -> goto drain
   :: c2s!D1 -> goto drain
   :: c2s!FIN -> goto end_closed
   fi;
end_closed:
   false
}

active proctype server() {
   c2s?SYN; s2c!ID; c2s?ECHO; s2c!OK;
open:
   if
   :: s2c!D0 -> goto open
   :: s2c!D1 -> goto open
   :: c2s?D0 -> goto open
   :: c2s?D1 -> goto open
   :: s2c!FIN -> goto half
   :: c2s?FIN -> goto drain
   fi;
half:
   if
   :: c2s?D0 -> goto half
   :: c2s?D1 -> goto half
   :: c2s?FIN -> goto end_closed
   fi;
drain:
   if
   :: s2c!D0 -> goto drain
   :: s2c!D1 -> goto drain
   :: s2c!FIN -> goto end_closed
   fi;
end_closed:
   false
}
`;

await using verifier = await Verifier.make(model, { states: most, flags: ['-O2', '-DSAFETY', '-DMEMLIM=8000'] });
const { states, transitions, seconds } = await verifier.search(['-E']);
process.stdout.write(`${JSON.stringify({ states, edges: transitions - 1, seconds, statesPerSecond: states / seconds })}\n`);
