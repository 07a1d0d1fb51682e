using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace KestrelL4.Server.YarpBinding;

/// <summary>Is called by YARP whenever the destinations of a cluster or their health have changed, and has the library told.</summary>
/// <remarks>In the place of YARP's own, which reads the list of destinations before it takes its lock: a change of health that meets
/// a reload could put the old list back, and a new upstream would never be probed.</remarks>
/// <param name="applications">The applications.</param>
internal sealed class DestinationsUpdater(CheckedApplications applications) : IClusterDestinationsUpdater
{
    /// <inheritdoc/>
    public void UpdateAvailableDestinations(ClusterState cluster)
    {
        if (applications.TryFind(cluster.ClusterId, out CheckedApplication? application))
        {
            application.Tell(cluster);
        }
    }

    /// <inheritdoc/>
    public void UpdateAllDestinations(ClusterState cluster)
    {
        if (applications.TryFind(cluster.ClusterId, out CheckedApplication? application))
        {
            application.Cluster = cluster;
            application.Tell(cluster);
        }
    }
}
