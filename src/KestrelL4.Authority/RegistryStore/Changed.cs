namespace KestrelL4.Authority.RegistryStore;

/// <summary>What a change makes of a state.</summary>
/// <param name="State">The state after it; its number is set by the store.</param>
/// <param name="What">What was done, for the audit log. No secret.</param>
/// <param name="Result">What whoever asked for it is told.</param>
internal sealed record Changed<TState, TResult>(TState State, string What, TResult Result)
    where TResult : class;
