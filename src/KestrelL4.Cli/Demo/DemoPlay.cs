using System.Net.Sockets;
using System.Security.Authentication;
using KestrelL4.Cli.Control;

namespace KestrelL4.Cli.Demo;

/// <summary>Plays the steps of the demo in order; one that fails does not keep the others from being played.</summary>
internal sealed class DemoPlay(DemoScene scene, Narrator narrator, TimeProvider time)
{
    private static readonly TimeSpan StepDeadline = TimeSpan.FromSeconds(20);

    private static readonly (string Title, Func<DemoScene, Narrator, CancellationToken, Task> PlayAsync)[] Steps =
    [
        (EchoStep.Title, EchoStep.PlayAsync),
        (LeastConnectionsStep.Title, LeastConnectionsStep.PlayAsync),
        (RateLimitStep.Title, RateLimitStep.PlayAsync),
        (RefusalsStep.Title, RefusalsStep.PlayAsync),
        (ReloadStep.Title, ReloadStep.PlayAsync),
        (GrantStep.Title, GrantStep.PlayAsync),
        (RevocationStep.Title, RevocationStep.PlayAsync),
        (AuthorityAwayStep.Title, AuthorityAwayStep.PlayAsync),
        (WithdrawalStep.Title, WithdrawalStep.PlayAsync),
    ];

    /// <summary>Plays every step.</summary>
    /// <exception cref="OperationCanceledException">The user had enough.</exception>
    public async Task PlayAsync(CancellationToken stop)
    {
        foreach ((string title, Func<DemoScene, Narrator, CancellationToken, Task> play) in Steps)
        {
            narrator.Begin(title);
            using CancellationTokenSource deadline = new(StepDeadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
            try
            {
                await play(scene, narrator, either.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                narrator.Miss(title, $"it did not end within {StepDeadline.TotalSeconds} s.");
            }
            catch (Exception exception) when (IsOfTheStep(exception))
            {
                stop.ThrowIfCancellationRequested();
                narrator.Miss(title, exception.Message);
            }
        }
    }

    private static bool IsOfTheStep(Exception exception) =>
        exception is NotObservedException or IOException or SocketException or AuthenticationException or HttpRequestException
            or AuthorityUnreachableException or AuthorityRefusedException;
}
