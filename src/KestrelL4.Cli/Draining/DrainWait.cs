using KestrelL4.Cli.Control;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Draining;

/// <summary>Waits until what was drained has no connection left.</summary>
/// <param name="socket">The node's socket.</param>
/// <param name="target">What is drained.</param>
/// <param name="progress">Where it is told how it goes on.</param>
/// <param name="time">The clock.</param>
internal sealed class DrainWait(AdminSocket socket, DrainTarget target, DrainProgress progress, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly long _began = time.GetTimestamp();

    /// <summary>For how long it has waited.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>How it is before the drain.</summary>
    /// <exception cref="NodeUnreachableException">No node answers.</exception>
    public async Task<DrainState> ReadAsync(CancellationToken cancellation) =>
        DrainState.Of(await socket.ReadAsync("/status", AdminJson.Default.NodeStatus, cancellation), target);

    /// <summary>Waits.</summary>
    /// <returns>How it is at the end: without connections, or in service again.</returns>
    /// <exception cref="NodeUnreachableException">The node has gone meanwhile.</exception>
    public async Task<DrainState> WaitAsync(CancellationToken cancellation)
    {
        bool hasBegun = false;
        while (true)
        {
            DrainState state = await ReadAsync(cancellation);
            if (state is { Phase: DrainPhase.Waiting, Connections: 0 } || (hasBegun && state.Phase == DrainPhase.InService))
            {
                progress.End();
                return state;
            }

            hasBegun |= state.Phase != DrainPhase.InService;
            progress.Tell(state, Elapsed);
            await Task.Delay(Pause, time, cancellation);
        }
    }
}
