using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Health;

namespace KestrelL4.Server.YarpBinding;

/// <summary>What every checked application is made with.</summary>
/// <param name="Updater">How YARP is told how a destination stands.</param>
/// <param name="Changed">Is told when an upstream's health has changed, or an application awaits no more probes; quick.</param>
/// <param name="Logger">Where defects are logged.</param>
/// <param name="Time">The node's clock.</param>
internal sealed record CheckParts(IDestinationHealthUpdater Updater, Action Changed, ILogger Logger, TimeProvider Time);
