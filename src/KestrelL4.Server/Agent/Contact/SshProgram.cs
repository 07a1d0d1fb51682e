namespace KestrelL4.Server.Agent.Contact;

/// <summary>Finds the OpenSSH client in the search path, and nowhere else.</summary>
/// <remarks>Given a mere name, the runtime looks beside the node's own program and in the working directory first, where somebody else may have put one.</remarks>
internal static class SshProgram
{
    private const string Name = "ssh";
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Its absolute path; null = there is none.</summary>
    /// <param name="searchPath">Directories, as the variable <c>PATH</c> lists them; one that is not absolute is passed over. Null = none.</param>
    public static string? Find(string? searchPath) => (searchPath ?? "").Split(':')
        .Where(Path.IsPathRooted)
        .Select(static directory => Path.Combine(directory, Name))
        .FirstOrDefault(IsProgram);

    private static bool IsProgram(string path) => File.Exists(path) && (File.GetUnixFileMode(path) & Executable) != 0;
}
