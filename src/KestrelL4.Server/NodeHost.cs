using KestrelL4.Server.Supervision;
using KestrelL4.Server.Telemetry;

namespace KestrelL4.Server;

/// <summary>What the process gives its node.</summary>
/// <param name="Logging">Where it logs.</param>
/// <param name="Manager">The service manager that it is started by.</param>
/// <param name="Time">Its clock.</param>
internal sealed record NodeHost(NodeLogging Logging, Supervisor Manager, TimeProvider Time);
