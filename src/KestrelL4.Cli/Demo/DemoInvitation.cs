namespace KestrelL4.Cli.Demo;

/// <summary>What the user can try by hand while the node stays up.</summary>
internal static class DemoInvitation
{
    /// <summary>The commands to paste.</summary>
    public static string Text(DemoNode node, DemoFiles files) =>
        $"""

        The node stays up, and prints a line for every connection that ends; Ctrl+C ends it and removes {files.Path}.
        Admin endpoint: {node.AdminAddress}

        Type through it as alice, who is let in (one line, one answer; Ctrl+D ends):
          {OpenSsl(node, files, DemoNames.Alice)}
        As bob, whose certificate is revoked, or as mallory, whom nobody registered:
          {OpenSsl(node, files, DemoNames.Bob)}
          {OpenSsl(node, files, DemoNames.Mallory)}
        Look at the node:
          curl {node.AdminAddress}/status
          curl {node.AdminAddress}/readyz
          curl {node.AdminAddress}/metrics
          {CommandLine.Name} status --config {files.Configuration}
        Change it, or have the authority withdraw, and see what becomes of open connections:
          $EDITOR {files.Configuration}
          {CommandLine.Name} authority client revoke {DemoNames.Alice} --directory {files.Authority}

        """;

    private static string OpenSsl(DemoNode node, DemoFiles files, string name) =>
        $"openssl s_client -connect {node.Address} -quiet -no_ign_eof -verify_return_error"
        + $" -CAfile {files.Root} -cert {files.CertificateOf(name)} -key {files.KeyOf(name)}";
}
