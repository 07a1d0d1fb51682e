namespace KestrelL4.Cli.Display;

/// <summary>What a report is made of; its text is for files and pipes, and ends with a line's end.</summary>
internal abstract class ReportPart;
