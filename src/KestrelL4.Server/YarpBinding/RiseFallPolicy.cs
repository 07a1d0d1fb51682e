using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace KestrelL4.Server.YarpBinding;

/// <summary>Hands what a round of probes told to its application.</summary>
/// <param name="applications">The applications.</param>
internal sealed class RiseFallPolicy(CheckedApplications applications) : IActiveHealthCheckPolicy
{
    /// <summary>What clusters name it by.</summary>
    public const string Id = "RiseFall";

    /// <inheritdoc/>
    public string Name => Id;

    /// <inheritdoc/>
    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults)
    {
        if (applications.TryFind(cluster.ClusterId, out CheckedApplication? application))
        {
            application.Take(cluster, probingResults);
        }
    }
}
