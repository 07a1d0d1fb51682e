namespace KestrelL4.Authority.RegistryStore;

/// <summary>A part of the authority's state that is kept in a file of its own and replaced whole.</summary>
internal interface IChangingState
{
    /// <summary>The number of the change that made it; all parts count together, as the audit log does. 1 or more.</summary>
    long Change { get; }
}
