using KestrelL4.Server.Discovery;
using KestrelL4.Server.YarpBinding;

namespace KestrelL4.Server.Reload;

/// <summary>What sees to the upstreams of every application.</summary>
/// <param name="Names">Which addresses their names have.</param>
/// <param name="Health">How they are.</param>
internal sealed record UpstreamWatch(NameDiscovery Names, UpstreamHealthChecks Health);
