using KestrelL4.Cli.Control;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Health;

namespace KestrelL4.Cli.Draining;

/// <summary>How far a drain has come.</summary>
/// <param name="Phase">What it does now.</param>
/// <param name="Connections">The connections that are still open.</param>
/// <param name="Cut">The connections that drains have cut since the node's start, of the applications concerned.</param>
internal sealed record DrainState(DrainPhase Phase, long Connections, long Cut)
{
    private const string CutReason = "drained";

    /// <summary>Asks a node for it.</summary>
    /// <exception cref="NodeUnreachableException">No node answers.</exception>
    public static async Task<DrainState> ReadAsync(AdminSocket socket, DrainTarget target, CancellationToken cancellation) =>
        Of(await socket.ReadAsync("/status", AdminJson.Default.NodeStatus, cancellation), target);

    /// <summary>Reads it from a node's status.</summary>
    public static DrainState Of(NodeStatus status, DrainTarget target)
    {
        ApplicationStatus[] applications =
        [
            .. status.Applications.Where(each => target.Application is null || IsNamed(each.Name, target.Application)),
        ];
        long cut = applications.Sum(static each => each.Totals.GetValueOrDefault(CutReason));
        if (target.Upstream is not null)
        {
            UpstreamStatus[] upstreams = [.. applications.SelectMany(static each => each.Upstreams).Where(each => IsOf(each.Name, target.Upstream))];
            bool isPicked = upstreams.Any(static each => each.Status != "draining");
            return new DrainState(isPicked ? DrainPhase.InService : DrainPhase.Waiting, upstreams.Sum(static each => each.Connections), cut);
        }

        bool isDraining = (target.Application is null ? [status.Status] : applications.Select(static each => each.Status))
            .All(static each => each == ComponentStatus.Draining);
        DrainPhase phase = applications.Any(static each => each.Open)
            ? isDraining ? DrainPhase.Announced : DrainPhase.InService
            : DrainPhase.Waiting;
        return new DrainState(phase, applications.Sum(static each => each.Connections), cut);
    }

    // A name with Expand stands for each of its addresses, name[address].
    private static bool IsOf(string upstream, string name) =>
        IsNamed(upstream, name) || upstream.StartsWith($"{name}[", StringComparison.OrdinalIgnoreCase);

    private static bool IsNamed(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
