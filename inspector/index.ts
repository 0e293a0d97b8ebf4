/**
 * `stpconnect/inspector`: what a program needs to be looked at while it runs. The inspector itself is the command `stpconnect inspect`; the page
 * and its server are not loaded here.
 * @module
 */
export { InspectorError, inspector, type LiveInspector, type LiveOptions } from './live/sender.ts';
