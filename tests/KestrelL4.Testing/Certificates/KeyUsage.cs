namespace KestrelL4.Testing.Certificates;

/// <summary>The extended key usage that a test certificate carries.</summary>
public enum KeyUsage
{
    /// <summary>No such extension: good for everything.</summary>
    Any,

    /// <summary>Client authentication only.</summary>
    Client,

    /// <summary>Server authentication only.</summary>
    Server,
}
