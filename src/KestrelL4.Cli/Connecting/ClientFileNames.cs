namespace KestrelL4.Cli.Connecting;

/// <summary>The files by which a client shows who it is, and knows the server.</summary>
/// <param name="Certificate">The path of its certificate in PEM, its issuers behind it.</param>
/// <param name="Key">The path of its key.</param>
/// <param name="Ca">The path of the certificates that the server's must lead to.</param>
internal sealed record ClientFileNames(string Certificate, string Key, string Ca);
