using KestrelL4.Cli.Draining;

namespace KestrelL4.Cli.Display;

/// <summary>The answer of <c>check --json</c>.</summary>
/// <param name="Findings">Every finding, as it is printed for people; none = a node would start.</param>
internal sealed record CheckAnswer(IReadOnlyList<string> Findings);

/// <summary>The answer of <c>pki … --json</c>.</summary>
/// <param name="SerialNumber">Of the certificate that was issued or revoked, as a registry takes it.</param>
internal sealed record CertificateAnswer(string SerialNumber);

/// <summary>The answer of <c>close --json</c>.</summary>
/// <param name="Id">Of the connection that was cut.</param>
internal sealed record CloseAnswer(string Id);

/// <summary>The answer of <c>drain --json</c> and <c>undrain --json</c>; with <c>--wait</c> one for each change.</summary>
/// <param name="Application">What is drained; null = the node.</param>
/// <param name="Upstream">The upstream of the application; null = all of it.</param>
/// <param name="Phase">What the drain does now.</param>
/// <param name="Connections">The connections that are still open.</param>
/// <param name="Cut">The connections that were cut since the verb began.</param>
internal sealed record DrainAnswer(string? Application, string? Upstream, DrainPhase Phase, long Connections, long Cut)
{
    /// <summary>What a state means for a target.</summary>
    /// <param name="target">What is drained.</param>
    /// <param name="state">How far it has come.</param>
    /// <param name="before">How it was when the verb began.</param>
    public static DrainAnswer Of(DrainTarget target, DrainState state, DrainState before) =>
        new(target.Application, target.Upstream, state.Phase, state.Connections, state.Cut - before.Cut);
}

/// <summary>The answer of <c>wait --json</c>.</summary>
/// <param name="Reached">Whether it is as wanted.</param>
/// <param name="Obstacle">What is in the way; null = nothing.</param>
internal sealed record WaitAnswer(bool Reached, string? Obstacle);

/// <summary>Why a verb did not do what it was asked.</summary>
/// <param name="Errors">Each as it is told people.</param>
internal sealed record Refusal(IReadOnlyList<string> Errors);
