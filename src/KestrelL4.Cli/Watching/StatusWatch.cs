using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Watching;

/// <summary>Shows a node's status anew every second until it is told to stop or nobody reads it any more, also while the node is away.</summary>
/// <param name="socket">The node's socket.</param>
/// <param name="view">Where it is shown.</param>
/// <param name="time">The clock.</param>
internal sealed class StatusWatch(AdminSocket socket, IWatchView view, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A node that hangs is to be told of while somebody still looks.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private long _seenAt;

    /// <summary>Watches until told to stop, or until whoever read has gone.</summary>
    /// <exception cref="NodeUnreachableException">There was no node to begin with.</exception>
    public async Task RunAsync(WatchSignals signals)
    {
        try
        {
            // A node that is not there at the beginning is a mistake; one that goes may come back.
            view.Show(await ReadAsync(signals.Stop));
            await signals.PauseAsync(Interval, time);
            while (!StandardOutput.IsUnread)
            {
                await LookAsync(signals.Stop);
                await signals.PauseAsync(Interval, time);
            }
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // That is how a watch ends.
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            view.Show(await ReadAsync(stop));
        }
        catch (NodeUnreachableException exception)
        {
            view.ShowAway(exception.Message, time.GetElapsedTime(_seenAt));
        }
    }

    private async Task<JsonElement> ReadAsync(CancellationToken stop)
    {
        using CancellationTokenSource deadline = new(Patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        try
        {
            JsonElement status = await socket.ReadAsync("/status", AdminJson.Default.JsonElement, either.Token);
            _seenAt = time.GetTimestamp();
            return status;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new NodeUnreachableException($"the node at {socket.Path} does not answer within {Patience.TotalSeconds:0} s");
        }
    }
}
