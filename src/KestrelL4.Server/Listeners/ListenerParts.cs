using KestrelL4.Accounting;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Listeners;

/// <summary>What every listener of the node is made with.</summary>
/// <param name="Shared">The steps that all applications share.</param>
/// <param name="Services">The web host's provider: Kestrel's TLS takes its metrics from there.</param>
/// <param name="Loggers">Where it logs.</param>
/// <param name="Accounting">Where applications are accounted for.</param>
/// <param name="Time">The node's clock.</param>
internal sealed record ListenerParts(
    SharedSteps Shared, IServiceProvider Services, ILoggerFactory Loggers, ConnectionAccounting Accounting, TimeProvider Time);
