import { stopTestServer } from '../server/test-server.js';

export default stopTestServer;
