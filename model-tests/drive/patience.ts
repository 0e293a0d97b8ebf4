/** How long a driver waits for what should have happened long ago: a slow machine may be given more, and who looks for mutants gives less. */

/** The times of this process are multiplied with this. */
const factor = Number(process.env['STPCONNECT_PATIENCE'] ?? 1);

/** So many milliseconds, times the environment variable STPCONNECT_PATIENCE. */
export const patient = (milliseconds: number): number => milliseconds * factor;
