using KestrelL4.Cli.Control;

namespace KestrelL4.Cli.Draining;

/// <summary>Waits until what was drained has no connection left.</summary>
/// <param name="socket">The node's socket.</param>
/// <param name="target">What is drained.</param>
/// <param name="tell">Told how it goes on, at each look but the last, and for how long it has by then.</param>
/// <param name="time">The clock.</param>
internal sealed class DrainWait(AdminSocket socket, DrainTarget target, Action<DrainState, TimeSpan> tell, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly long _began = time.GetTimestamp();

    /// <summary>For how long it has waited.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>Waits.</summary>
    /// <returns>How it is at the end: without connections, or in service again.</returns>
    /// <exception cref="NodeUnreachableException">The node has gone meanwhile.</exception>
    public async Task<DrainState> WaitAsync(CancellationToken cancellation)
    {
        bool hasBegun = false;
        while (true)
        {
            DrainState state = await DrainState.ReadAsync(socket, target, cancellation);
            if (state is { Phase: DrainPhase.Waiting, Connections: 0 } || (hasBegun && state.Phase == DrainPhase.InService))
            {
                return state;
            }

            hasBegun |= state.Phase != DrainPhase.InService;
            tell(state, Elapsed);
            await Task.Delay(Pause, time, cancellation);
        }
    }
}
