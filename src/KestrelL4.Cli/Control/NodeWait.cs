using System.Net;
using System.Text.Json;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Health;

namespace KestrelL4.Cli.Control;

/// <summary>Waits until a node, or one of its components, is as wanted; a node that is not there yet may come.</summary>
/// <param name="socket">The node's socket.</param>
/// <param name="component">The component; null = the node.</param>
/// <param name="goal">What is waited for.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeWait(AdminSocket socket, string? component, WaitGoal goal, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // How long a node may take to answer before it counts as one that does not: at the end of the wait less, so that one
    // that hangs does not prolong it.
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromSeconds(1);

    private readonly string _request = component is null ? "/readyz" : $"/readyz/{Uri.EscapeDataString(component)}";

    /// <summary>Waits; the answer is what was still in the way at the end, or null when nothing was.</summary>
    /// <param name="timeout">How long; zero = look once.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<string?> WaitAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            string? obstacle = await ObstacleAsync(timeout - time.GetElapsedTime(started), cancellation);
            TimeSpan left = timeout - time.GetElapsedTime(started);
            if (obstacle is null || left <= TimeSpan.Zero)
            {
                return obstacle;
            }

            await Task.Delay(left < Pause ? left : Pause, time, cancellation);
        }
    }

    private async Task<string?> ObstacleAsync(TimeSpan left, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(left < ShortestAttempt ? ShortestAttempt : left < LongestAttempt ? left : LongestAttempt);
        try
        {
            AdminAnswer answer = await socket.SendAsync(HttpMethod.Get, _request, deadline.Token);
            return answer.Code is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable
                ? ObstacleIn(answer, JsonSerializer.Deserialize(answer.Body, AdminJson.Default.HealthReport)!)
                : string.Join(' ', answer.Errors);
        }
        catch (NodeUnreachableException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"the node at {socket.Path} did not answer";
        }
    }

    private string? ObstacleIn(AdminAnswer answer, HealthReport report)
    {
        bool isReached = goal == WaitGoal.Healthy ? report.Status == ComponentStatus.Healthy : answer.IsDone;
        return isReached ? null : $"{component ?? "the node"} is {report.Status.ToString().ToLowerInvariant()}{Reasons(report)}";
    }

    private static string Reasons(HealthReport report) => string.Concat(
        from entry in report.Components
        where entry.Value.Status != ComponentStatus.Healthy
        select $"; {entry.Key}: {entry.Value.Reason}");
}
