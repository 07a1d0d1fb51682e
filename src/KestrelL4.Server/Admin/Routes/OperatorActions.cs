using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Draining;
using KestrelL4.Server.Explaining;
using KestrelL4.Server.Reload;

namespace KestrelL4.Server.Admin.Routes;

/// <summary>What an operator can have the node do, and what he can ask it beyond its status.</summary>
internal sealed record OperatorActions
{
    /// <summary>The applications whose connections there are, those included that a reload removed and that still drain.</summary>
    public required Func<IEnumerable<Application>> Applications { get; init; }

    /// <summary>Drains the node, an application, or an upstream of an application.</summary>
    public required Func<string?, string?, DrainAnswer> Drain { get; init; }

    /// <summary>Takes a drain back.</summary>
    public required Func<string?, string?, Task<DrainAnswer>> Undrain { get; init; }

    /// <summary>Reads everything anew; ends when it is in force or refused.</summary>
    public required Func<Task<ReloadOutcome>> Reload { get; init; }

    /// <summary>What would become of a connection of a client to an application; null when there is no such application.</summary>
    public required Func<string, string, Explanation?> Explain { get; init; }

    /// <summary>The configuration in force.</summary>
    public required Func<ConfigurationStatus> Configuration { get; init; }
}
