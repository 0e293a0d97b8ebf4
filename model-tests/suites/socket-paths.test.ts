import { arrayFamily, tcpFamily } from '../drive/socket/sides.ts';
import { socketPaths } from './socket-paths.ts';

socketPaths('tcp', tcpFamily);
socketPaths('the array', arrayFamily);
