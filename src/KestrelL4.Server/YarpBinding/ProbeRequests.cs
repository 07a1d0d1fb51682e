using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace KestrelL4.Server.YarpBinding;

/// <summary>Says what a destination's next probe is; one that was taken away meanwhile has none.</summary>
/// <param name="applications">The applications.</param>
internal sealed class ProbeRequests(CheckedApplications applications) : IProbingRequestFactory
{
    /// <inheritdoc/>
    public HttpRequestMessage CreateRequest(ClusterModel cluster, DestinationModel destination) =>
        applications.TryFind(cluster.Config.ClusterId, out CheckedApplication? application)
        && application.Active is { } check
        && application.TryFind(destination.Config.Address, out CheckedUpstream? upstream)
            ? new ProbeRequest(upstream, check, application.Served.Application.Settings.SendProxyHeader)
            : new HttpRequestMessage();
}
