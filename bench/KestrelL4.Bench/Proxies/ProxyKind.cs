namespace KestrelL4.Bench.Proxies;

/// <summary>One column of the comparison: a program and how it is configured.</summary>
/// <param name="Key">How the command line names it.</param>
/// <param name="Title">How the report names it.</param>
internal abstract record ProxyKind(string Key, string Title)
{
    /// <summary>The executable file.</summary>
    public abstract string Executable { get; }

    /// <summary>How one comes to the executable file where it is missing.</summary>
    public abstract string Remedy { get; }

    /// <summary>Whether those behind it are compared with it.</summary>
    public virtual bool IsReference => true;

    /// <summary>Writes the configuration into an empty directory and returns the command that uses it.</summary>
    /// <param name="setting">What all proxies share.</param>
    /// <param name="directory">The proxy's own directory.</param>
    /// <param name="port">Loopback port to listen on.</param>
    public abstract Task<ProxyCommand> ConfigureAsync(ProxySetting setting, string directory, int port);
}
