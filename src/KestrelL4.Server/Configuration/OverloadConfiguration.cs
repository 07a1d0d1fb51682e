namespace KestrelL4.Server.Configuration;

/// <summary>What the node does before its memory is used up: section <c>Overload</c>.</summary>
internal sealed record OverloadConfiguration
{
    /// <summary>How much memory the node may use, in bytes, 1 or more; null, the default = what its container or control group allows, or else the machine has.</summary>
    public long? MaxMemory { get; init; }

    /// <summary>The share of it from which on no connection is accepted; 0 to 1, 0 = off; default 0.9.</summary>
    public double StopAccepting { get; init; } = 0.9;

    /// <summary>The share of it from which on the idlest connections are closed; 0 to 1, 0 = off; default 0.95.</summary>
    public double CloseConnections { get; init; } = 0.95;
}
